#include "ratio_reporter.h"

#include <algorithm>
#include <cstdio>

namespace larder::bench {
namespace {

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const auto& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    const auto name = run.run_name.function_name;
    const auto iterations = static_cast<double>(run.iterations);
    cpu_[name].push_back(run.cpu_accumulated_time / iterations * 1e9);
    real_[name].push_back(run.real_accumulated_time / iterations * 1e9);
  }
  ConsoleReporter::ReportRuns(runs);
}

void RatioReporter::Finalize() {
  std::printf("\n%-28s %12s %12s %8s   %12s %12s\n", "medians", "raw ns", "larder ns", "ratio", "raw cpu ns",
              "larder cpu ns");
  for (const auto& [name, times] : real_) {
    const auto slash = name.rfind('/');
    const std::string work = name.substr(0, slash);
    const std::string who = name.substr(slash + 1);
    if (who == "raw") continue;
    const auto raw = real_.find(work + "/raw");
    const double ours = Median(times);
    if (raw == real_.end()) {
      std::printf("%-28s %12s %12.0f\n", name.c_str(), "-", ours);
      continue;
    }
    const double theirs = Median(raw->second);
    std::printf("%-28s %12.0f %12.0f %8.3f   %12.0f %12.0f\n", name.c_str(), theirs, ours, ours / theirs,
                Median(cpu_[work + "/raw"]), Median(cpu_[name]));
  }
}

}  // namespace larder::bench
