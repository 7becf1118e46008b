// Collecting a whole store, slice by slice.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "larder/store.h"

namespace larder::bench {

struct Collected {
  std::uint64_t scanned = 0, removed = 0;
  double seconds = 0;
  double longest_ms = 0;  // one slice, as a writer may have to wait for it
};

// As if it were `now`.
inline Result<Collected> CollectAll(Store& store, Time now) {
  using Clock = std::chrono::steady_clock;
  Collected collected;
  CollectSlice slice;
  slice.now = now;
  slice.force = true;
  for (;;) {
    const auto begin = Clock::now();
    LARDER_ASSIGN_OR_RETURN(const auto progress, store.Collect(slice));
    const std::chrono::duration<double> taken = Clock::now() - begin;
    collected.seconds += taken.count();
    collected.longest_ms = std::max(collected.longest_ms, taken.count() * 1e3);
    collected.scanned += progress.scanned;
    collected.removed += progress.removed;
    if (progress.done()) return collected;
    slice.cursor = progress.cursor;
  }
}

}  // namespace larder::bench
