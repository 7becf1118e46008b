// The writing side of a store: batches, collection, the marker.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "larder/error.h"
#include "larder/lmdb_store.h"
#include "larder/lock_file.h"
#include "larder/marker.h"
#include "larder/slice_pace.h"
#include "larder/store.h"

#include "environment.h"
#include "room.h"

namespace larder::lmdb {

// Safe for concurrent use: one batch at a time. Holds the lock of the directory.
class Writer {
 public:
  static Result<std::unique_ptr<Writer>> Open(Environment& environment, const LmdbOptions& options);

  Result<void> Write(std::span<const WriteOp* const> ops, const WriteOptions& options,
                     std::span<Result<void>* const> results);
  Result<CollectProgress> Collect(const CollectSlice& slice);
  std::uint64_t max_bytes() const { return room_.max_bytes(); }
  std::uint64_t evictions() const { return room_.evictions(); }
  std::uint64_t reserve_bytes() const { return room_.reserve_bytes(); }

 private:
  Writer(Environment& environment, LockFile lock, const LmdbOptions& options)
      : environment_(environment), lock_(std::move(lock)), room_(environment, options.max_bytes, options.log) {}
  Result<void> Start(LmdbDurability durability);
  // LMDB's code.
  int TryWrite(std::span<const WriteOp* const> ops, Time now, std::span<Result<void>* const> results,
               std::uint64_t file_pages);
  // `append`: the key is greater than all there are.
  int Apply(MDB_txn* txn, const WriteOp& op, Time now, bool append, Result<void>& result) const;
  Result<void> NoteCollected(Time now);

  Environment& environment_;
  LockFile lock_;
  Room room_;
  StoreMarker marker_;  // guarded by write_mutex
  SlicePace pace_;      // guarded by write_mutex
};

}  // namespace larder::lmdb
