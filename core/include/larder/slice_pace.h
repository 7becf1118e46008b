// How much Collect does at once, so that a slice ends within its budget whatever a step costs on this disk.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "larder/api.h"

namespace LARDER_API larder {

// Learns from the steps (transactions that drop records) of one store. Not safe for concurrent use.
class SlicePace {
 public:
  using Elapsed = std::chrono::steady_clock::duration;
  static constexpr std::size_t kLeastStep = 32;  // below that, what a commit costs has nothing to do with its size
  static constexpr std::size_t kMostStep = 512;
  static constexpr std::chrono::milliseconds kLongStep{12};  // four fit a slice of 50 ms: longer steps are made smaller
  static constexpr std::chrono::milliseconds kShortStep{4};  // and shorter ones larger

  // How many records the next step may drop.
  std::size_t step() const { return step_; }
  bool Fits(Elapsed left) const { return expected_ < left; }
  // True where a slice that ends at `end` has no time for a look at more records or, where it drops some, for the step
  // that drops them.
  bool IsLate(std::chrono::steady_clock::time_point end, bool drops) const {
    const auto left = end - std::chrono::steady_clock::now();
    return drops ? !Fits(left) : left <= Elapsed::zero();
  }
  // A step took that long and dropped so many.
  void Took(Elapsed took, std::size_t dropped) {
    expected_ = std::max(took, expected_ / 2);
    if (took > kLongStep) {
      step_ = std::max(kLeastStep, step_ / 2);
    } else if (took < kShortStep && dropped >= step_) {
      step_ = std::min(kMostStep, step_ * 2);
    }
  }

 private:
  std::size_t step_ = 128;
  Elapsed expected_ = kLongStep;  // what the next step is thought to take: the longest of the last few
};

}  // namespace larder
