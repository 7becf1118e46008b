// RocksDB's Status as an Error of ours.
#pragma once

#include <rocksdb/status.h>

#include <expected>
#include <string_view>

#include "larder/error.h"

namespace larder::rocks {

// REQUIRES: !status.ok(). "rocksdb: <what>: <RocksDB's words>", which name the file.
std::unexpected<Error> FailWith(const rocksdb::Status& status, std::string_view what);

// Success, or FailWith.
Result<void> ToResult(const rocksdb::Status& status, std::string_view what);

}  // namespace larder::rocks
