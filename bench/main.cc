// larder_bench: engines of Larder beside the bare ones. LARDER_BENCH_IMAGES sets the number of images (1,000,000),
// LARDER_BENCH_DIR where the stores lie (a temporary directory), LARDER_BENCH_MEMCACHED host:port of a running
// memcached.
#include <benchmark/benchmark.h>

#include "engine_bench.h"
#include "ratio_reporter.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  larder::bench::Engines engines;
  engines.Register();
  larder::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  return 0;
}
