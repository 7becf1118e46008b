// Drops what is expired while RocksDB rewrites files anyway.
#pragma once

#include <rocksdb/compaction_filter.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "larder/error.h"

namespace larder::rocks {

// The time by which the filter decides: a `now` that Collect or a write gave and that was believed. Until one is set
// nothing is dropped. Safe for concurrent use.
class FilterClock {
 public:
  void Set(Time now) { now_ms_.store(now.time_since_epoch().count(), std::memory_order_relaxed); }
  Time now() const { return Time{std::chrono::milliseconds{now_ms_.load(std::memory_order_relaxed)}}; }

 private:
  std::atomic<std::int64_t> now_ms_{0};
};

std::shared_ptr<rocksdb::CompactionFilterFactory> MakeExpiryFilter(std::shared_ptr<const FilterClock> clock);

}  // namespace larder::rocks
