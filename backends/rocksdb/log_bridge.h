// RocksDB's warnings to the host's log callback; never to stdout.
#pragma once

#include <rocksdb/env.h>

#include <memory>

#include "larder/log.h"

namespace larder::rocks {

// An empty `log` swallows everything.
std::shared_ptr<rocksdb::Logger> MakeLogBridge(Log log);

}  // namespace larder::rocks
