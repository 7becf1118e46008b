// The LMDB engine: a directory with data.mdb, lock.mdb and larder.lock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/log.h"
#include "larder/store.h"

namespace LARDER_API larder {

// What a power cut may lose. A killed process loses nothing that was acknowledged, and no level ever loses the file or
// shows half a batch: LMDB's MDB_NOSYNC and MDB_WRITEMAP, which could, are not offered.
enum class LmdbDurability : std::uint8_t {
  sync,          // nothing acknowledged. A batch costs two waits for the disk: its pages, then the root.
  no_meta_sync,  // the last acknowledged batch, as a whole. One wait a batch; measured, it gains little.
};

struct LmdbOptions {
  std::filesystem::path path;  // a directory; it and its parents are made where they are missing, unless read_only
  // Bytes that the records and LMDB's own pages may take, at least kLeastLmdbBytes. From 7/8 of it on, every batch
  // first evicts, the more the nearer the bound, in the order of EvictionPoint (larder/collect.h).
  //
  // The file can be larger by a reserve, of which batches write before what they replace is free, and by a page:
  // max(8 MiB, 4 x the pages that the largest batch since the open may write). Those are two for a put, three where the
  // record is over 1,990 bytes, and the branch pages above: as many as there are, at most the tree's depth for each.
  // For batches of 512 that is 17 MiB in a small store and 49 MiB at a million images; Stats names it
  // ("reserve_bytes"). The address space used is max_bytes and the reserve. The file never shrinks: export and import,
  // or a copy, make a small one. A smaller bound than before is met by and by: each batch evicts what is too much.
  std::uint64_t max_bytes = std::uint64_t{4} << 30;
  LmdbDurability durability = LmdbDurability::sync;
  // Neither makes anything nor takes the lock: any number of processes read while one writes. Write and Collect answer
  // invalid_argument. Readers need write access to lock.mdb, except on a read-only file system.
  bool read_only = false;
  Log log = {};  // eviction begins and ends, readers of dead processes are cleared
};

inline constexpr std::uint64_t kLeastLmdbBytes = std::uint64_t{1} << 20;

// A writing open takes larder.lock (larder/lock_file.h) at once and holds it until it is closed: one writing process a
// store. Opens of one directory in one process share everything; the first writing one decides max_bytes, durability
// and log. After fork the child's calls answer unavailable and its destructors do nothing; it may open the path anew.
//
// A Reader holds a snapshot: pages freed after it was opened are not used again until it is closed. Should that eat the
// reserve, Write answers unavailable and names the Reader's age. 256 Readers and Gets at a time in one process, 1,024
// reader slots among all. Get of a record of at most RecordBuf::kInline bytes does not allocate.
//
// Errors:
//   invalid_argument   the bound is too small; the path is a file, holds a RocksDB store, or is somebody else's
//                      LMDB database
//   not_found          no store there (read_only)
//   permission_denied  the files may not be read, or not written where that is asked
//   unavailable        another process writes the store (the message names it); the disk is full
//   corruption         data.mdb is cut, damaged, or no file of LMDB's at all
//   unsupported        written by a newer release
Result<std::unique_ptr<Store>> OpenLmdbStore(const LmdbOptions& options);

}  // namespace larder
