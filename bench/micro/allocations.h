// Counts what a benchmark's loop allocates: "allocs" a call, in the report.
#pragma once

#include <benchmark/benchmark.h>

#include "support/count_allocations.h"

namespace larder::bench {

class CountAllocations {
 public:
  explicit CountAllocations(benchmark::State& state) : state_(state), before_(testing::ThreadAllocations()) {}
  ~CountAllocations() {
    const auto made = static_cast<double>(testing::ThreadAllocations() - before_);
    state_.counters["allocs"] = made / static_cast<double>(state_.iterations());
  }
  CountAllocations(const CountAllocations&) = delete;
  CountAllocations& operator=(const CountAllocations&) = delete;

 private:
  benchmark::State& state_;
  std::size_t before_;
};

}  // namespace larder::bench
