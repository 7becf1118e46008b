// What a number of calls came to.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "workloads/histogram.h"

namespace larder::bench {

// A run is cut into so many parts: how far their medians lie apart says how much a figure is worth.
inline constexpr int kRounds = 5;
using Rounds = std::array<Histogram, kRounds>;

// Numbers only, so that one process can hand them to another.
struct Measured {
  Histogram latency;               // of calls
  double spread = 0;               // of the rounds' medians (spread.h)
  std::uint64_t items = 0;         // images that the calls were about
  std::uint64_t wrong = 0;         // answers that were not what was written
  std::uint64_t missing = 0;       // no answer where there is one
  std::uint64_t memory_bytes = 0;  // that the process took for it, without mapped files
  std::uint64_t disk_bytes = 0;    // of the store: files, or what it holds in memory

  void Take(const Rounds& rounds);
  // Of a call's time; 0 without calls.
  double ItemNs() const;
};
static_assert(std::is_trivially_copyable_v<Measured>);

}  // namespace larder::bench
