#include "report/charts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/chart.h"
#include "report/run.h"
#include "report/table.h"

namespace larder::bench {
namespace {

using Json = nlohmann::json;

// A look-up by the engine's own library, at the sizes that larder_micro measured: how fast its tree grows.
Series BareLookUps(const Json& run, const std::string& engine, const std::string& name, std::size_t colour) {
  Series series{name, {}, false, colour};
  for (const auto& group : PartOf(run, "micro")) {
    for (const auto& line : PartOf(group, "lines")) {
      if (TextOf(line, "name") != engine + "/get/cache") continue;
      series.points.emplace_back(NumberOf(group, "images"), NumberOf(line, "raw_ns"));
    }
  }
  std::ranges::sort(series.points);
  return series;
}

// Time and memory in one: where a line rises no faster than the engine's tree, or not at all, nothing else has to be
// said.
void AddGrowth(const Json& run, std::vector<std::string>& charts) {
  struct Measure {
    const char* name;
    const char* store;
    const char* member;
    std::size_t colour = Series::kOwnColour;
    bool dashed = false;
  };
  constexpr Measure kMeasures[] = {
      {"read, p50: LMDB", "lmdb", "read_ns"},
      {"visit of a repository, an image: LMDB", "lmdb", "scan_ns"},
      {"schedule, nothing due", "lmdb", "schedule_ns"},
      {"start to first read: LMDB", "lmdb", "start_ns"},
      {"read, p50: RocksDB", "rocksdb", "read_ns"},
      {"start to first read: RocksDB", "rocksdb", "start_ns"},
      {"memory of reading: LMDB", "lmdb", "read_memory_bytes", 0, true},
      {"memory of visits: LMDB", "lmdb", "scan_memory_bytes", 1, true},
      {"memory of the schedule", "lmdb", "schedule_memory_bytes", 2, true},
      {"memory of a start: LMDB", "lmdb", "start_memory_bytes", 3, true},
  };
  LineChart chart{"Growth: time (lines) and memory (dashes)", "images", "ns, bytes", {}};
  for (const auto& measure : kMeasures) {
    Series series{measure.name, {}, measure.dashed, measure.colour};
    for (const auto& p : PartOf(run, "growth")) {
      if (StoreOf(p) != measure.store) continue;
      series.points.emplace_back(p.value("images", 0.0), p.value(measure.member, 0.0));
    }
    chart.series.push_back(std::move(series));
  }
  for (auto& bare :
       {BareLookUps(run, "lmdb", "bare get: LMDB", 6), BareLookUps(run, "rocksdb", "bare get: RocksDB", 7)}) {
    if (!bare.points.empty()) chart.series.push_back(bare);
  }
  charts.push_back(ToSvg(chart));
}

void AddRatios(const Json& group, std::vector<std::string>& charts) {
  BarChart chart;
  chart.title = "Larder / the bare engine, " + FormatCount(group.value("images", 0.0)) + " images (the line is 1)";
  chart.mark = 1;
  for (const auto& line : PartOf(group, "lines")) {
    const double raw = line.value("raw_ns", 0.0);
    if (raw <= 0) continue;
    const double ratio = line.value("ns", 0.0) / raw;
    chart.bars.push_back({line.value("name", std::string()), ratio, FormatFixed(ratio, 2)});
  }
  charts.push_back(ToSvg(chart));
}

void AddWorkloads(const Json& workloads, std::vector<std::string>& charts) {
  BarChart chart;
  chart.title = "Workloads: images a second";
  for (const auto& w : workloads) {
    const double rate = w.value("items_per_second", 0.0);
    if (w.value("call", std::string()) == "start") continue;
    chart.bars.push_back({w.value("workload", std::string()) + ", " + w.value("subject", std::string()) + ", " +
                              FormatCount(w.value("images", 0.0)),
                          rate, FormatCount(rate)});
  }
  charts.push_back(ToSvg(chart));
}

}  // namespace

std::vector<std::string> ChartsOf(const Json& run) {
  std::vector<std::string> charts;
  if (run.contains("growth")) AddGrowth(run, charts);
  if (run.contains("micro")) {
    for (const auto& group : run["micro"]) AddRatios(group, charts);
  }
  if (run.contains("workloads")) AddWorkloads(run["workloads"], charts);
  return charts;
}

}  // namespace larder::bench
