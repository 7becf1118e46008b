// Google Benchmark's console output, and after it a table: Larder over the bare engine, from the medians of one run.
#pragma once

#include <benchmark/benchmark.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "micro/engines.h"

namespace larder::bench {

// Benchmarks are called "<engine>/<work>/raw" and "<engine>/<work>/<anything else>". Of ".../outside" the time is the
// counter's (engine_benches.h), and stands beside no bare engine's.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  RatioReporter() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;
  // Whether a benchmark ended with an error; its row is not among the results.
  bool failed() const { return failed_; }
  // {"libraries": ["LMDB 0.9.24", ...], "micro": [{"images": n, "lines": [...], "sizes": [...], "notes": [...]}]}.
  bool Write(const std::filesystem::path& path, const Engines& engines) const;

 private:
  struct Line {
    std::string name;
    double raw_ns = 0, raw_cpu_ns = 0;  // 0 where there is no bare engine
    double ns = 0, cpu_ns = 0;
    double spread = 0;  // between the quartiles, of the median
    double allocations = 0, raw_allocations = 0;
  };
  std::vector<Line> Lines() const;

  std::map<std::string, std::vector<double>> cpu_, real_;  // ns a call, by name
  std::map<std::string, double> allocations_;
  bool failed_ = false;
};

}  // namespace larder::bench
