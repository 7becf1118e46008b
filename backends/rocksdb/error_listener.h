// Hears of RocksDB's background errors.
#pragma once

#include <rocksdb/listener.h>

#include <atomic>
#include <filesystem>
#include <memory>

#include "larder/log.h"

namespace larder::rocks {

// Set once the log could not be written to, and never unset: RocksDB 7.8 would go on with the same broken log when the
// memtable was empty at that moment (Debian's build aborts there). Reads go on; writes need the store opened anew.
using LogBroken = std::atomic<bool>;

// Says each background error of the store at `path` to `log`, where there is one. A full disk met by a flush or a
// compaction heals by itself within five seconds after there is room.
std::shared_ptr<rocksdb::EventListener> MakeErrorListener(std::filesystem::path path, Log log,
                                                          std::shared_ptr<LogBroken> broken);

}  // namespace larder::rocks
