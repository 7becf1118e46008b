#include "report/charts.h"

#include <nlohmann/json.hpp>

#include "report/chart.h"
#include "report/table.h"

namespace larder::bench {
namespace {

using Json = nlohmann::json;

void AddGrowth(const Json& points, std::vector<std::string>& charts) {
  struct Measure {
    const char* name;
    const char* member;
    double factor;
  };
  constexpr Measure kTimes[] = {{"read, p50", "read_ns", 1},
                                {"read, p99", "read_p99_ns", 1},
                                {"visit, an image", "scan_ns", 1},
                                {"schedule, nothing due", "schedule_idle_ns", 1},
                                {"start to first read", "start_ms", 1e6}};
  constexpr Measure kBytes[] = {{"schedule, a tag", "schedule_bytes", 1},
                                {"disk, an image", "disk_bytes", 1},
                                {"own memory, all", "memory_bytes", 1}};
  const auto add = [&](std::string title, std::string label, const auto& measures) {
    LineChart chart{std::move(title), "images", std::move(label), {}};
    for (const auto& measure : measures) {
      Series series{measure.name, {}};
      for (const auto& p : points) {
        series.points.emplace_back(p.value("images", 0.0), p.value(measure.member, 0.0) * measure.factor);
      }
      chart.series.push_back(std::move(series));
    }
    charts.push_back(ToSvg(chart));
  };
  add("Growth: time", "ns", kTimes);
  add("Growth: bytes", "bytes", kBytes);
}

void AddRatios(const Json& group, std::vector<std::string>& charts) {
  BarChart chart;
  chart.title = "Larder / the bare engine, " + FormatCount(group.value("images", 0.0)) + " images (the line is 1)";
  chart.mark = 1;
  for (const auto& line : group.at("lines")) {
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
  if (run.contains("growth")) AddGrowth(run["growth"], charts);
  if (run.contains("micro")) {
    for (const auto& group : run["micro"]) AddRatios(group, charts);
  }
  if (run.contains("workloads")) AddWorkloads(run["workloads"], charts);
  return charts;
}

}  // namespace larder::bench
