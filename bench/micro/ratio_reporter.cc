#include "micro/ratio_reporter.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "micro/engine_benches.h"
#include "micro/population.h"
#include "spread.h"
#include "workloads/result.h"

namespace larder::bench {
void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const auto& run : runs) {
    if (run.error_occurred) failed_ = true;
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    const auto& name = run.run_name.function_name;
    const auto iterations = static_cast<double>(run.iterations);
    if (const auto counter = run.counters.find(kOutsideNs); counter != run.counters.end()) {
      cpu_[name].push_back(counter->second.value);
      real_[name].push_back(counter->second.value);
      continue;
    }
    cpu_[name].push_back(run.cpu_accumulated_time / iterations * 1e9);
    real_[name].push_back(run.real_accumulated_time / iterations * 1e9);
    if (const auto counter = run.counters.find("allocs"); counter != run.counters.end()) {
      allocations_[name] = counter->second.value;
    }
  }
  ConsoleReporter::ReportRuns(runs);
}

std::vector<RatioReporter::Line> RatioReporter::Lines() const {
  std::vector<Line> lines;
  for (const auto& [name, times] : real_) {
    const auto slash = name.rfind('/');
    if (name.substr(slash) == "/raw") continue;
    Line line;
    line.name = name;
    line.ns = MedianOf(times);
    line.cpu_ns = MedianOf(cpu_.at(name));
    line.spread = SpreadOf(times);
    if (const auto made = allocations_.find(name); made != allocations_.end()) line.allocations = made->second;
    const std::string raw = name.substr(0, slash) + "/raw";
    const bool is_part = name.ends_with("/outside");
    if (real_.contains(raw) && !is_part) {
      line.raw_ns = MedianOf(real_.at(raw));
      line.raw_cpu_ns = MedianOf(cpu_.at(raw));
      if (const auto made = allocations_.find(raw); made != allocations_.end()) line.raw_allocations = made->second;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void RatioReporter::Finalize() {
  std::printf("\n%-36s %12s %12s %7s %7s %11s %11s %7s %7s\n", "medians", "bare ns", "larder ns", "ratio", "spread",
              "bare cpu", "larder cpu", "ratio", "allocs");
  const auto ratio = [](double ours, double bare) {
    char text[16] = "-";
    if (bare > 0) std::snprintf(text, sizeof text, "%.3f", ours / bare);
    return std::string(text);
  };
  for (const auto& line : Lines()) {
    std::printf("%-36s %12.0f %12.0f %7s %6.1f%% %11.0f %11.0f %7s %7.2f\n", line.name.c_str(), line.raw_ns, line.ns,
                ratio(line.ns, line.raw_ns).c_str(), 100 * line.spread, line.raw_cpu_ns, line.cpu_ns,
                ratio(line.cpu_ns, line.raw_cpu_ns).c_str(), line.allocations);
  }
  std::fflush(stdout);
}

bool RatioReporter::Write(const std::filesystem::path& path, const Engines& engines) const {
  using Json = nlohmann::ordered_json;
  Json lines = Json::array();
  for (const auto& line : Lines()) {
    lines.push_back({{"name", line.name},
                     {"raw_ns", line.raw_ns},
                     {"raw_cpu_ns", line.raw_cpu_ns},
                     {"ns", line.ns},
                     {"cpu_ns", line.cpu_ns},
                     {"spread", line.spread},
                     {"allocations", line.allocations},
                     {"raw_allocations", line.raw_allocations}});
    if (allocations_.contains(line.name)) continue;
    lines.back().erase("allocations");
    lines.back().erase("raw_allocations");
  }
  Json bytes = Json::array();
  for (const auto& size : engines.sizes()) {
    bytes.push_back({{"engine", size.engine}, {"when", size.when}, {"used", size.used}, {"file", size.file}});
  }
  Json notes = Json::array();
  for (const auto& note : engines.notes()) notes.push_back({{"what", note.what}, {"value", note.value}});
  Json document;
  document["libraries"] = Json::array();
  for (const auto& library : engines.Libraries()) document["libraries"].push_back(library);
  document["micro"] = Json::array({{{"images", Images()}, {"lines", lines}, {"sizes", bytes}, {"notes", notes}}});
  return WriteWhole(path, document.dump(1) + "\n").has_value();
}

}  // namespace larder::bench
