// RocksDB's Status as an Error of ours.
#pragma once

#include <rocksdb/status.h>

#include <expected>
#include <filesystem>
#include <string_view>

#include "larder/error.h"

namespace larder::rocks {

// REQUIRES: !status.ok(). "rocksdb: <path>: cannot <what>: <RocksDB's words>; <what to do>". `path` is the store's.
std::unexpected<Error> FailWith(const rocksdb::Status& status, const std::filesystem::path& path,
                                std::string_view what);

// Success, or FailWith.
Result<void> ToResult(const rocksdb::Status& status, const std::filesystem::path& path, std::string_view what);

}  // namespace larder::rocks
