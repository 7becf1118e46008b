// The measurements of larder-bench-refreshing. Each answers false where something did not work: what it added then
// means nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "larder/network.h"
#include "larder/refresher.h"

namespace larder::bench {

// What was measured, printed as it comes. Used by one thread.
class Figures {
 public:
  // "what: value unit (bar: at most BAR)".
  void Add(const std::string& what, double value, const std::string& unit, std::optional<double> bar = std::nullopt);
  // As one without a bar, which the table of bars shows all the same: the design asks to have it measured.
  void State(const std::string& what, double value, const std::string& unit);
  // All of another, after its own.
  void Take(Figures part);
  // As JSON, for larder-bench-report. False where the file cannot be written.
  bool Write(const std::string& path) const;

 private:
  struct Figure {
    std::string what;
    double value;
    std::string unit;
    std::optional<double> bar;
    bool stated = false;
  };
  std::vector<Figure> figures_;
};

bool MeasureMemory(Figures& figures);
bool MeasureProcessorTime(Figures& figures);
bool MeasureColdFill(Figures& figures);
bool MeasureRequests(Figures& figures);
bool MeasureRecovery(Figures& figures);  // where memcached is built in

// As many requests a second as can be, so many at once.
NetworkOptions Unlimited(int burst);

// User and system time of this process so far, in seconds.
double OwnProcessorTime();
// Of another.
double ProcessorTimeOf(int pid);

}  // namespace larder::bench
