// The writing half of an open store: batches one at a time, the bound, the marker.
#pragma once

#include <rocksdb/write_batch.h>

#include <map>
#include <mutex>
#include <span>

#include "engine.h"
#include "eviction.h"
#include "larder/marker.h"
#include "larder/slice_pace.h"
#include "larder/store.h"

namespace larder::rocks {

// Safe for concurrent use.
class Writer {
 public:
  Writer(Engine& engine, const StoreMarker& marker);

  // As Store::DoWrite.
  Result<void> Apply(std::span<const WriteOp* const> ops, const WriteOptions& options,
                     std::span<Result<void>* const> results);

  // As Store::Collect.
  Result<CollectProgress> Collect(const CollectSlice& slice);

  std::uint64_t LiveBytes() const { return evictor_.LiveBytes(); }
  std::uint64_t evictions() const { return evictor_.evictions(); }
  StoreMarker marker();

 private:
  Result<void> Add(const WriteOp& op, Time now, rocksdb::WriteBatch& batch);
  Result<bool> IsTaken(const Key& key, Time now);
  Result<void> CheckDisk(std::uint64_t bytes);
  // Whether a slice may run, and what those before it learnt.
  Result<SlicePace> BeginSlice(const CollectSlice& slice);
  // What a slice leaves behind: what it learnt, and at the end of the collection its time and its deletions.
  Result<void> NoteSlice(const CollectProgress& progress, const SlicePace& learnt, Time now);
  void BelieveClock(Time now);

  Engine& engine_;
  std::mutex mutex_;
  // Under mutex_.
  Evictor evictor_;
  StoreMarker marker_;
  SlicePace pace_;
  bool deletions_ = false;              // of the collection under way, not pushed out yet
  std::map<Key, const WriteOp*> done_;  // by key, the last op that the batch being made holds; for put_if_absent alone
};

}  // namespace larder::rocks
