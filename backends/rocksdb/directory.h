// What can be told of a store's directory without RocksDB: so that a wrong path is refused before anything is touched.
#pragma once

#include <cstdint>
#include <filesystem>

#include "larder/error.h"
#include "larder/rocksdb_store.h"

namespace larder::rocks {

// Refuses what is no place for a store, or holds none where one must be; for read_write makes the directory and its
// parents.
Result<void> PrepareDirectory(const std::filesystem::path& path, RocksDbAccess access);

// The answer to an open that failed although larder.lock is ours: unavailable where another program holds RocksDB's own
// LOCK (the message names the file and the process), else success. REQUIRES: this process has no RocksDB open on
// `path`, since looking at LOCK would let go of its hold.
Result<void> CheckForeignLock(const std::filesystem::path& path);

// corruption, naming the file, where a table does not end as one: it was cut short. REQUIRES: nobody writes the store.
Result<void> CheckTables(const std::filesystem::path& path);

// unavailable where the disk has less than `bytes` free. RocksDB must not meet a full disk while it appends to its log:
// see error_listener.h.
Result<void> CheckFreeSpace(const std::filesystem::path& path, std::uint64_t bytes);

// Bytes of the plain files in the directory; 0 where it cannot be read.
std::uint64_t DirectoryBytes(const std::filesystem::path& path);

}  // namespace larder::rocks
