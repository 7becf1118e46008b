// larder_micro: what core does, and the engines of Larder beside the bare ones.
//
// LARDER_BENCH_IMAGES sets the number of images (1,000,000), LARDER_BENCH_ENGINES which engines there are
// ("lmdb,memory"), LARDER_BENCH_DIR where the stores lie (a temporary directory), LARDER_BENCH_MEMCACHED host:port of a
// running memcached, LARDER_BENCH_JSON a file to write the results to. With LARDER_BENCH_AGE=1 the stores are then
// churned, copied and collected: their sizes and what is measured once. Each benchmark is repeated nine times, the
// repetitions of all in random order; --benchmark_repetitions=1 and the like say otherwise. Exit code 4: a benchmark
// did not find what it was to read; the results are without it.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "micro/age.h"
#include "micro/core_bench.h"
#include "micro/engine_benches.h"
#include "micro/ratio_reporter.h"

int main(int argc, char** argv) {
  // Before those of the command line, which so win.
  std::string usual[] = {"--benchmark_enable_random_interleaving=true", "--benchmark_repetitions=9",
                         "--benchmark_min_time=0.2"};
  std::vector<char*> words = {argv[0]};
  for (auto& word : usual) words.push_back(word.data());
  words.insert(words.end(), argv + 1, argv + argc);
  int count = static_cast<int>(words.size());
  words.push_back(nullptr);
  benchmark::Initialize(&count, words.data());
  if (benchmark::ReportUnrecognizedArguments(count, words.data())) return 2;
  larder::bench::Engines engines;
  larder::bench::RegisterCore();
  for (auto& engine : engines.all()) {
    larder::bench::RegisterReads(engine);
    larder::bench::RegisterScans(engine);
    larder::bench::RegisterWrites(engine);
#ifdef LARDER_BENCH_OUTSIDE
    if (engine.name == "memcached") larder::bench::RegisterOutside(engine);
#endif
  }
  larder::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  const char* path = std::getenv("LARDER_BENCH_JSON");
  if (path != nullptr && !reporter.Write(path, engines)) return 3;
  if (const char* age = std::getenv("LARDER_BENCH_AGE"); age != nullptr && *age == '1') {
    larder::bench::Age(engines);
    if (path != nullptr && !reporter.Write(path, engines)) return 3;
  }
  benchmark::Shutdown();
  return reporter.failed() ? 4 : 0;
}
