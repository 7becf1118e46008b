// Keeps the bound: evicts before a batch, and says who is in the way when nothing helps.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "larder/error.h"
#include "larder/log.h"
#include "larder/store.h"

#include "environment.h"
#include "evictor.h"
#include "space.h"

namespace larder::lmdb {

// Guarded by Environment::write_mutex, except evictions() and reserve_bytes().
class Room {
 public:
  Room(Environment& environment, std::uint64_t max_bytes, Log log)
      : environment_(environment), max_bytes_(max_bytes), log_(std::move(log)) {}

  // Maps the bound and the reserve. Before the first batch.
  Result<void> Reserve();
  // Makes room for a batch at `now`, which decides what is expired and so goes first; answers what the batch may cost.
  // unavailable where a Reader keeps too many pages from being used.
  Result<BatchCost> For(std::span<const WriteOp* const> ops, Time now);
  // After a batch met MDB_MAP_FULL: evicts, so that it can be replayed, or says why that does not help.
  Result<void> AfterMapFull(const BatchCost& cost, Time now);
  // Removes records: in one transaction, or in as many as it takes where the map is nearly full. `what` is for
  // messages. Adds to `removed` what was removed, also where the rest could not be.
  Result<void> Remove(std::span<const Key> keys, std::string_view what, std::uint64_t& removed);

  // Tells the ages of snapshots later.
  void NoteCommit(std::size_t txnid);

  Result<Space> Measure();
  std::uint64_t max_bytes() const { return max_bytes_; }
  std::uint64_t evictions() const { return evictions_.load(std::memory_order_relaxed); }
  // By which the file may be larger than the bound.
  std::uint64_t reserve_bytes() const { return reserve_bytes_.load(std::memory_order_relaxed); }

 private:
  std::uint64_t BoundPages() const { return max_bytes_ / environment_.page_bytes(); }
  Result<void> GrowReserve(const BatchCost& cost, const Space& space, std::chrono::milliseconds patience);
  std::uint64_t PagesAfter(const BatchCost& cost, const Space& space) const;
  std::uint64_t WantedBytes(const BatchCost& cost, const Space& space) const;
  Result<void> Evict(const BatchCost& cost, const Space& space, Time now);
  // Evicts up to kSlice records; the bytes. 0 where nothing is left.
  Result<std::uint64_t> EvictSlice(Time now);
  // In one transaction. Answers LMDB's code.
  int RemoveAtOnce(std::span<const Key> keys, std::uint64_t file_pages);
  // Free pages, also at the end of the file, for a transaction that writes cost.pages.
  Result<bool> Fits(const BatchCost& cost);
  Result<void> EnsureFits(const BatchCost& cost, Time now);
  void ClearStaleReaders();
  std::unexpected<Error> Pinned(const OldReader& reader) const;
  void Say(LogLevel level, const std::string& text) const;

  Environment& environment_;
  const std::uint64_t max_bytes_;
  const Log log_;
  Evictor evictor_;
  std::int64_t credit_ = 0;  // bytes evicted beyond what was wanted
  std::atomic<std::uint64_t> reserve_bytes_{0};
  bool evicting_ = false;  // logged when it changes
  std::atomic<std::uint64_t> evictions_{0};
  std::deque<std::pair<std::size_t, std::chrono::steady_clock::time_point>> commits_;  // newest last
};

}  // namespace larder::lmdb
