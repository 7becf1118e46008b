// Drops records by a test, in key order: what Collect and eviction have in common.
//
// A drop is a deletion, so that Readers keep what they see. RocksDB gives the space back when it rewrites the files
// concerned, which the density of deletions makes it do soon, on its own threads (engine_options.cc).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <span>

#include "engine.h"
#include "larder/slice_pace.h"

namespace larder::rocks {

// Bytes of a record and its key on disk, with the engine's own few.
constexpr std::uint64_t DiskBytes(std::size_t record_bytes) { return Key::kSize + record_bytes + 10; }

using HeaderVisitor = std::function<void(const Key& key, std::span<const std::byte> record)>;
// Visits every record but the marker, in key order.
Result<void> VisitAll(rocksdb::DB& db, const HeaderVisitor& visit);

using DropTest = std::function<bool(const Key& key, std::span<const std::byte> record)>;

struct SweepOptions {
  Key from;
  // Where `pace` is given, the sweep ends by then, at least a record further, and learns what its steps take.
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
  SlicePace* pace = nullptr;
  std::uint64_t enough_bytes = std::numeric_limits<std::uint64_t>::max();  // stop when so many are dropped
  // The writer's lock, taken for each batch of drops, when each record is tested once more: it may have been replaced.
  // Null where the caller holds it.
  std::mutex* writer = nullptr;
};

struct SweepProgress {
  std::optional<Key> next;  // unset: reached the end
  std::uint64_t scanned = 0;
  std::uint64_t removed = 0;
  std::uint64_t removed_bytes = 0;
};

Result<SweepProgress> Sweep(Engine& engine, const SweepOptions& options, const DropTest& test);

// Deletions in memory free nothing: they work once they are in files, where compaction finds them. Call it when the
// last sweep for a purpose is done. Does not wait for the files.
Result<void> PushOutDeletions(rocksdb::DB& db);

}  // namespace larder::rocks
