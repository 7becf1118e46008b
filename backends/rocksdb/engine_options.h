// The tuning of RocksDB: what makes reads cheap, the open quick and the disk bounded.
#pragma once

#include <rocksdb/options.h>

#include <memory>

#include "error_listener.h"
#include "expiry_filter.h"
#include "larder/rocksdb_store.h"

namespace larder::rocks {

// invalid_argument for what is out of range.
Result<void> CheckOptions(const RocksDbOptions& options);

// REQUIRES: CheckOptions succeeded.
rocksdb::Options MakeEngineOptions(const RocksDbOptions& options, std::shared_ptr<const FilterClock> clock,
                                   std::shared_ptr<LogBroken> broken);

}  // namespace larder::rocks
