// The measurements of larder-bench-refreshing. Each prints its figures, and answers false where something did not work.
#pragma once

#include <string>

#include "larder/network.h"
#include "larder/refresher.h"

namespace larder::bench {

bool MeasureMemory();
bool MeasureProcessorTime();
bool MeasureColdFill();

// Prints "what: value unit (bar: at most BAR)"; a bar of 0 is none.
void PrintFigure(const std::string& what, double value, const std::string& unit, double bar = 0);

// As many requests a second as can be, so many at once.
NetworkOptions Unlimited(int burst);

// User and system time of this process so far, in seconds.
double OwnProcessorTime();
// Of another.
double ProcessorTimeOf(int pid);

}  // namespace larder::bench
