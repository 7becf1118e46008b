// larder-bench: workloads for offline runs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "scratch.h"
#include "workloads/growth.h"
#include "workloads/plan.h"

namespace larder::bench {
namespace {

constexpr double kGrowthSeconds = 2;  // of each figure

struct Arguments {
  std::vector<std::string> workloads;
  std::vector<std::uint64_t> images;
  bool ten_million = false;
  std::vector<std::string> stores;
  unsigned threads = 0;
  double seconds = 0;
  std::uint64_t seed = 1;
  std::string tags, flux, json, configs = LARDER_BENCH_CONFIGS;
  std::vector<std::uint64_t> growth;
  bool list = false;
};

int Complain(const Error& error) {
  std::fprintf(stderr, "larder-bench: %s\n", error.ToString().c_str());
  return error.code == Errc::invalid_argument ? 2 : 3;
}

void Declare(CLI::App& app, Arguments& arguments) {
  app.add_option("workload", arguments.workloads, "Which to run; all where none is named (--list names them)");
  const CLI::Range size(std::uint64_t{1}, std::uint64_t{1} << 31);  // what picks can be made of (pick.h)
  app.add_option("--images", arguments.images, "How many images; more than once for several sizes [10000 1000000]")
      ->check(size);
  app.add_flag("--ten-million", arguments.ten_million, "And ten million (15 GB of disk, an hour on a slow machine)");
  app.add_option("--store", arguments.stores,
                 "A store's URL, empty (of several sizes each gets a subdirectory: images-10000); lmdb, rocksdb or "
                 "memory alone for a temporary one; more than once for several. With --growth only lmdb and rocksdb "
                 "[lmdb; with --growth both]");
  app.add_option("--threads", arguments.threads,
                 "Threads that read, fill or refresh; one more writes under reads; a restart has one [as the workload "
                 "says]");
  app.add_option("--seconds", arguments.seconds, "How long each workload measures [as the workload says]");
  app.add_option("--seed", arguments.seed, "Another seed makes other images [1]");
  app.add_option("--tags", arguments.tags,
                 "Tags from a file instead of made-up ones. A line is REPO:TAG, or REPO<tab>TAG with, where they are "
                 "known, <tab>GROUP<tab>ARCHITECTURES after it: tags of one group share an image, architectures have "
                 "commas between them. A first line 'repo<tab>tag...', blank lines and those from # on do not count");
  app.add_option("--flux", arguments.flux, "host:port of a memcached for the baseline: JSON, one value a repository");
  app.add_option("--json", arguments.json, "Write the results to this file too, each as it comes");
  app.add_option("--configs", arguments.configs, "Where the workloads are described");
  app.add_option("--growth", arguments.growth, "Instead of workloads: how costs grow over these numbers of images")
      ->check(size);
  app.add_flag("--list", arguments.list, "Name the workloads and stop");
}

Result<std::vector<WorkloadConfig>> Chosen(const Arguments& arguments) {
  LARDER_ASSIGN_OR_RETURN(auto all, ReadWorkloadConfigs(arguments.configs));
  std::vector<WorkloadConfig> chosen;
  for (const auto& name : arguments.workloads) {
    const auto found = std::ranges::find(all, name, &WorkloadConfig::name);
    if (found == all.end()) return Fail(Errc::invalid_argument, "no workload '" + name + "': --list names them");
    chosen.push_back(*found);
  }
  if (arguments.workloads.empty()) chosen = std::move(all);
  for (auto& config : chosen) {
    if (arguments.threads != 0) config.threads = arguments.threads;
    if (arguments.seconds > 0) config.seconds = arguments.seconds;
    config.seed = arguments.seed;
  }
  return chosen;
}

// The text and the file are there after each point: the last ones take the longest.
int Grow(const Arguments& arguments) {
  const Scratch scratch("larder-bench");
  WorkloadConfig config;
  config.seed = arguments.seed;
  config.seconds = arguments.seconds > 0 ? arguments.seconds : kGrowthSeconds;
  std::vector<GrowthPoint> points;
  std::printf("%s\n", HeadOfGrowth().c_str());
  for (const auto& store : arguments.stores) {
    if (store != "lmdb" && store != "rocksdb") {
      return Complain(Error{Errc::invalid_argument, "--growth measures lmdb and rocksdb, not '" + store + "'"});
    }
    for (const auto images : arguments.growth) {
      auto point = MeasureGrowth(store, images, config, scratch.path());
      if (!point.has_value()) return Complain(point.error());
      points.push_back(std::move(*point));
      std::printf("%s\n", LineOf(points.back()).c_str());
      std::fflush(stdout);
      if (arguments.json.empty()) continue;
      const auto written = WriteWhole(arguments.json, "{\"growth\": " + JsonOf(points) + "}\n");
      if (!written.has_value()) return Complain(written.error());
    }
  }
  return 0;
}

int RunWorkloads(const Arguments& arguments, std::vector<WorkloadConfig> configs) {
  const Scratch scratch("larder-bench");
  Plan plan;
  plan.configs = std::move(configs);
  plan.sizes = arguments.images;
  plan.stores = arguments.stores;
  plan.flux = arguments.flux;
  plan.tags = arguments.tags;
  plan.seed = arguments.seed;
  plan.directory = scratch.path();
  ResultsFile results(arguments.json);
  std::printf("%s\n", HeadOfTable().c_str());
  const Say say = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
  const auto ran = RunPlan(plan, say, [&](const WorkloadResult& result) {
    std::printf("%s\n", LineOf(result).c_str());
    std::fflush(stdout);
    return results.Add(result);
  });
  if (!ran.has_value()) return Complain(ran.error());
  const bool right = std::ranges::all_of(results.all(), [](const auto& r) { return r.wrong + r.missing == 0; });
  if (!right) std::fprintf(stderr, "larder-bench: some answers were not what was written\n");
  return right ? 0 : 1;
}

int Run(Arguments arguments) {
  if (arguments.images.empty()) arguments.images = {10'000, 1'000'000};
  if (arguments.ten_million) arguments.images.push_back(10'000'000);
  if (arguments.stores.empty() && !arguments.growth.empty()) arguments.stores = {"lmdb", "rocksdb"};
  if (arguments.stores.empty()) arguments.stores = {"lmdb"};
  if (!arguments.growth.empty()) return Grow(arguments);
  auto configs = Chosen(arguments);
  if (!configs.has_value()) return Complain(configs.error());
  if (arguments.list) {
    for (const auto& c : *configs) std::printf("%-20s %s\n", c.name.c_str(), c.description.c_str());
    return 0;
  }
  return RunWorkloads(arguments, std::move(*configs));
}

}  // namespace
}  // namespace larder::bench

int main(int argc, char** argv) {
  larder::bench::Arguments arguments;
  CLI::App app("Workloads over a cache of made-up images, or of those of a file: latency, throughput, memory, disk.",
               "larder-bench");
  larder::bench::Declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  return larder::bench::Run(std::move(arguments));
}
