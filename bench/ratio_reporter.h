// Google Benchmark's console output, and after it a table: Larder over the bare engine, from the medians of one run.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace larder::bench {

// Benchmarks are called "<engine>/<work>/raw" and "<engine>/<work>/larder" (and others beside).
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  RatioReporter() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  std::map<std::string, std::vector<double>> cpu_;   // ns, by name
  std::map<std::string, std::vector<double>> real_;  // ns, by name
};

}  // namespace larder::bench
