// Keeps the store within its bound: live records under a third of max_bytes, files under max_bytes.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine.h"
#include "larder/collect.h"

namespace larder::rocks {

// Tables, the log, and what memory will soon add to them.
std::uint64_t SpaceTaken(rocksdb::DB& db);

// Under the writer's lock, but for evictions() and LiveBytes().
class Evictor {
 public:
  explicit Evictor(Engine& engine);

  // Called before a batch that puts `bytes` (DiskBytes) is written at `now`. Where live records come near their bound
  // it drops what goes first (larder/collect.h) down to four fifths of it: a sweep to see what there is and another
  // that drops, at a million records about a second in all, each time that a sixteenth of the bound or more was
  // written. unavailable where the files stay too large all the same: readers hold the space.
  Result<void> MakeRoom(std::uint64_t bytes, Time now);

  // No less than what records take; too much by what was replaced since the last sweep.
  std::uint64_t LiveBytes() const;
  std::uint64_t evictions() const { return evictions_.load(std::memory_order_relaxed); }

 private:
  Result<void> Measure(ExpiryHistogram& histogram);
  Result<void> Evict(const ExpiryHistogram& histogram, std::uint64_t enough, Time now);
  Result<std::uint64_t> EvictBefore(const EvictionPoint& point, std::uint64_t enough, Time now);
  Result<void> CheckFiles(std::uint64_t bytes);
  bool Fits(std::uint64_t bytes, std::uint64_t limit) const;
  Result<void> Shrink();

  Engine& engine_;
  // RocksDB's own estimate of live bytes is of no use here: it leaves out new files that overlap older ones, half of
  // everything when compaction is behind, and counts what is dropped until files are rewritten.
  std::atomic<std::uint64_t> at_most_live_;
  std::atomic<std::uint64_t> evictions_{0};
};

}  // namespace larder::rocks
