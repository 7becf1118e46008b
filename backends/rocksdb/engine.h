// What the parts of one open store share.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>

#include "error_listener.h"
#include "expiry_filter.h"
#include "larder/log.h"
#include "larder/rocksdb_store.h"

namespace larder::rocks {

struct Engine {
  std::unique_ptr<rocksdb::DB> db;
  std::filesystem::path path;
  RocksDbAccess access = RocksDbAccess::read_write;
  RocksDbDurability durability = RocksDbDurability::sync;
  std::uint64_t max_bytes = 0;
  std::uint64_t disk_reserve = 0;  // bytes that stay free: what is in memory still has to go to files, and be rewritten
  std::shared_ptr<FilterClock> clock;
  std::shared_ptr<LogBroken> log_broken;
  Log log;

  // Live records are kept under this: while files are rewritten the disk holds up to 2.65 times what lives.
  std::uint64_t live_bound() const { return max_bytes / 3; }
  rocksdb::WriteOptions write_options() const {
    rocksdb::WriteOptions options;
    options.sync = durability == RocksDbDurability::sync;
    return options;
  }
  void Say(LogLevel level, std::string_view text) const {
    if (log) log(level, text);
  }
};

// One of RocksDB's numbers; 0 where it does not know.
inline std::uint64_t Figure(rocksdb::DB& db, const std::string& property) {
  std::uint64_t value = 0;
  return db.GetIntProperty(property, &value) ? value : 0;
}

}  // namespace larder::rocks
