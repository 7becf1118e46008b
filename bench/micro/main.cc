// larder_micro: what core does, and the engines of Larder beside the bare ones.
//
// LARDER_BENCH_IMAGES sets the number of images (1,000,000), LARDER_BENCH_ENGINES which engines there are
// ("lmdb,memory"), LARDER_BENCH_DIR where the stores lie (a temporary directory), LARDER_BENCH_MEMCACHED host:port of a
// running memcached, LARDER_BENCH_JSON a file to write the results to. With LARDER_BENCH_AGE=1 the stores are then
// churned, copied and collected: their sizes and what is measured once.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "micro/age.h"
#include "micro/core_bench.h"
#include "micro/engine_benches.h"
#include "micro/ratio_reporter.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  larder::bench::Engines engines;
  larder::bench::RegisterCore();
  for (auto& engine : engines.all()) {
    larder::bench::RegisterReads(engine);
    if (engine.store->Traits().ordered) larder::bench::RegisterScans(engine);
    larder::bench::RegisterWrites(engine);
  }
  larder::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  const char* age = std::getenv("LARDER_BENCH_AGE");
  if (age != nullptr && *age == '1') larder::bench::Age(engines);
  if (const char* path = std::getenv("LARDER_BENCH_JSON"); path != nullptr && !reporter.Write(path, engines)) {
    return 3;
  }
  benchmark::Shutdown();
  return 0;
}
