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

enum class LmdbDurability : std::uint8_t {
  sync,          // an acknowledged batch survives a power cut
  no_meta_sync,  // a power cut may lose the last batch; what is there is whole. A killed process loses nothing.
};

struct LmdbOptions {
  std::filesystem::path path;  // a directory; made where it is missing, unless read_only
  // What the records and LMDB's own pages may take, at least kLeastLmdbBytes. From 7/8 of it on, every batch first
  // evicts, the more the nearer the bound, in the order of EvictionPoint (larder/collect.h). The file itself can be
  // larger by the reserve that a batch and the pages held by open Readers need: max(8 MiB, 4 x the largest batch's
  // pages). It never shrinks: export and import make a small one.
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
// Errors: not_found (read-only and nothing there), permission_denied, invalid_argument (no directory, a bound that is
// too small), unavailable (another process writes: the message names it), corruption (data.mdb is cut, or not a store
// of Larder), unsupported (written by a newer release).
Result<std::unique_ptr<Store>> OpenLmdbStore(const LmdbOptions& options);

}  // namespace larder
