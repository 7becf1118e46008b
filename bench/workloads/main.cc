// larder-bench: workloads for offline runs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "scratch.h"
#include "workloads/growth.h"
#include "workloads/runner.h"
#include "workloads/session.h"

namespace larder::bench {
namespace {

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
  std::string restart_role;
};

int Complain(const Error& error) {
  std::fprintf(stderr, "larder-bench: %s\n", error.ToString().c_str());
  return error.code == Errc::invalid_argument ? 2 : 3;
}

void Declare(CLI::App& app, Arguments& arguments) {
  app.add_option("workload", arguments.workloads, "Which to run; all where none is named (--list names them)");
  app.add_option("--images", arguments.images, "How many images; more than once for several sizes [10000 1000000]");
  app.add_flag("--ten-million", arguments.ten_million, "And ten million (10 GB of disk, an hour on a slow machine)");
  app.add_option("--store", arguments.stores,
                 "A store's URL, empty; lmdb, rocksdb or memory alone for a temporary one; more than once for several "
                 "[lmdb]");
  app.add_option("--threads", arguments.threads, "Threads that read [as the workload says]");
  app.add_option("--seconds", arguments.seconds, "How long each workload measures [as the workload says]");
  app.add_option("--seed", arguments.seed, "Another seed makes other images [1]");
  app.add_option("--tags", arguments.tags, "Images from a file, one ref a line, instead of made-up ones");
  app.add_option("--flux", arguments.flux, "host:port of a memcached for the baseline: JSON, one value a repository");
  app.add_option("--json", arguments.json, "Write the results to this file too");
  app.add_option("--configs", arguments.configs, "Where the workloads are described");
  app.add_option("--growth", arguments.growth, "Instead of workloads: how costs grow over these numbers of images");
  app.add_flag("--list", arguments.list, "Name the workloads and stop");
  app.add_option("--restart-role", arguments.restart_role)->group("");
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
    config.tags_file = arguments.tags;
  }
  return chosen;
}

Result<ImageSet> ImagesOf(const Arguments& arguments, std::uint64_t count) {
  if (!arguments.tags.empty()) return ImageSet::FromFile(arguments.tags);
  return ImageSet::OfficialLike(count, arguments.seed);
}

template <class Part>
int Show(const Arguments& arguments, const std::string& member, const std::vector<Part>& parts) {
  for (const auto& line : TableOf(parts)) std::printf("%s\n", line.c_str());
  if (arguments.json.empty()) return 0;
  std::ofstream file(arguments.json);
  file << "{\"" << member << "\": " << JsonOf(parts) << "}\n";
  return file ? 0 : Complain(Error{Errc::unavailable, "cannot write " + arguments.json});
}

int Grow(const Arguments& arguments) {
  const Scratch scratch("larder-bench");
  std::vector<GrowthPoint> points;
  for (const auto images : arguments.growth) {
    auto point = MeasureGrowth(images, arguments.seed, scratch.path());
    if (!point.has_value()) return Complain(point.error());
    points.push_back(*point);
  }
  return Show(arguments, "growth", points);
}

Result<std::vector<WorkloadResult>> RunAll(const Arguments& arguments, const std::vector<WorkloadConfig>& configs) {
  std::vector<WorkloadResult> all;
  for (const auto count : arguments.images) {
    LARDER_ASSIGN_OR_RETURN(const auto images, ImagesOf(arguments, count));
    bool first = true;
    for (const auto& store : arguments.stores) {
      const Scratch scratch("larder-bench");
      // The baseline once a size, beside the first store.
      const SessionOptions options{store, first ? arguments.flux : "", scratch.path()};
      LARDER_ASSIGN_OR_RETURN(auto results, RunSession(options, images, configs, [](const std::string& text) {
                                std::fprintf(stderr, "%s\n", text.c_str());
                              }));
      for (auto& result : results) all.push_back(std::move(result));
      first = false;
    }
    if (!arguments.tags.empty()) break;  // the file says how many
  }
  return all;
}

int PlayRole(const Arguments& arguments) {
  const auto images = ImagesOf(arguments, arguments.images.front());
  if (!images.has_value()) return Complain(images.error());
  const std::string& url = arguments.stores.front();
  constexpr std::string_view kRead = "read:";
  if (!arguments.restart_role.starts_with(kRead)) return WriteUntilKilled(*images, url);
  return TimeFirstRead(*images, url, std::strtoull(arguments.restart_role.c_str() + kRead.size(), nullptr, 10));
}

int Run(Arguments arguments) {
  if (arguments.images.empty()) arguments.images = {10'000, 1'000'000};
  if (arguments.ten_million) arguments.images.push_back(10'000'000);
  if (arguments.stores.empty()) arguments.stores = {"lmdb"};
  if (!arguments.restart_role.empty()) return PlayRole(arguments);
  if (!arguments.growth.empty()) return Grow(arguments);
  auto configs = Chosen(arguments);
  if (!configs.has_value()) return Complain(configs.error());
  if (arguments.list) {
    for (const auto& c : *configs) std::printf("%-20s %s\n", c.name.c_str(), c.description.c_str());
    return 0;
  }
  const auto results = RunAll(arguments, *configs);
  if (!results.has_value()) return Complain(results.error());
  const int shown = Show(arguments, "workloads", *results);
  const bool right = std::ranges::all_of(*results, [](const auto& r) { return r.wrong + r.missing == 0; });
  if (!right) std::fprintf(stderr, "larder-bench: some answers were not what was written\n");
  return right ? shown : 1;
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
