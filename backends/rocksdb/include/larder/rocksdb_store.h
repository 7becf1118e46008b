// The RocksDB engine: a store in a directory of its own, for hosts that already live with RocksDB or whose store
// outgrows what LMDB rewrites well. No type of RocksDB shows here.
//
// Ordered, atomic, durable. One process writes; any number read at the same time, through read_only or secondary.
// A Reader of the writer is a snapshot of one moment, with this exception: a record that expires may vanish under it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/log.h"
#include "larder/store.h"

namespace LARDER_API larder {

// What a power cut may lose. A killed process loses nothing that was acknowledged, and no level ever loses the store or
// shows half a batch: the log is always written, and is read up to where a power cut tore it.
enum class RocksDbDurability : std::uint8_t {
  sync,  // nothing acknowledged: the log is on the disk before Write answers. A batch costs an fdatasync.
  os,    // the last batches: what the system had not written yet, up to some 35 s with Linux's own settings. A batch
         // costs a copy into the page cache.
};

enum class RocksDbAccess : std::uint8_t {
  read_write,  // creates what is missing; refused while another process writes
  read_only,   // the store as it is at the moment of opening; works beside a writer, writes nothing at all
  secondary,   // follows a writer, about `catch_up` behind; keeps a few files of its own in secondary_path
};

struct RocksDbOptions {
  // The store's directory. With read_write it and its parents are made where they are missing.
  std::filesystem::path path;
  RocksDbAccess access = RocksDbAccess::read_write;
  // Only for secondary: its own directory, not shared with another secondary. Empty: a temporary one, removed at close.
  std::filesystem::path secondary_path;
  // secondary only: how far reads may lag behind the writer; twice that where the writer changes its log at the moment
  // of the look. Lower costs more looks.
  std::chrono::milliseconds catch_up{1000};

  // The bound on disk, in bytes; 16 MiB at least. Rewriting files needs room for old and new at once, so live records
  // are kept under a third of it: what is expired, then what expires first (EvictionPoint in larder/collect.h), is
  // evicted when a write would exceed that.
  std::uint64_t max_bytes = std::uint64_t{4} << 30;
  RocksDbDurability durability = RocksDbDurability::sync;

  // Bytes gathered in memory before a file is written. More: fewer rewrites, but a longer open after a kill (8 MiB: 60
  // to 120 ms; 64 MiB: 430 ms). 0: a 128th of max_bytes, at most 8 MiB.
  std::uint64_t write_buffer_bytes = 0;
  // Bits of Bloom filter a key, 0 to 64, held in memory. 10: 1.25 MB a million records; one miss in 100 reads a block
  // in vain. 0: every miss reads one.
  double bloom_bits_per_key = 10;
  // Bytes of one block, the unit that a read checks, 1 KiB to 1 MiB. Less: cheaper reads, a larger index in memory.
  std::uint64_t block_bytes = 4096;
  // Threads that flush and compact, 2 to 64; they belong to the process and are shared by all its RocksDB stores. More:
  // a writer is less often made to wait for them, and they take the processor from the host.
  int background_jobs = 2;
  // Files older than this are rewritten, which drops what has expired, at the cost of writing the whole store once in
  // that time. 0: never, Collect alone drops.
  std::chrono::seconds periodic_compaction = std::chrono::hours(24);

  // Warnings and errors of the engine go here. Without it, read_write keeps RocksDB's own LOG in the directory: two
  // files of log_file_bytes at most, and of max_bytes / 128; 0: none.
  Log log;
  std::uint64_t log_file_bytes = std::uint64_t{1} << 20;
};

// Errors:
//   invalid_argument   an option is out of its range; the path is a file, holds other files, or is somebody else's
//                      RocksDB database
//   not_found          no store there (read_only, secondary)
//   permission_denied  the directory may not be read, or not written where that is asked
//   unavailable        another process writes the store (the message names the lock and its holder); the disk is full
//   corruption         the files are damaged
//   unsupported        written by a newer release
Result<std::unique_ptr<Store>> OpenRocksDbStore(const RocksDbOptions& options);

}  // namespace larder
