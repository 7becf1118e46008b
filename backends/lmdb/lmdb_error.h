// LMDB's and the system's error numbers as Errors, and values as LMDB wants them.
#pragma once

#include <lmdb.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "larder/error.h"
#include "larder/key.h"

namespace larder::lmdb {

// "lmdb <path>: <what>: <reason>", with advice where there is any.
std::unexpected<Error> FailLmdb(const std::filesystem::path& path, std::string_view what, int rc);

// LMDB takes pointers to void and does not write through these.
inline MDB_val ValueOf(std::span<const std::byte> bytes) {
  return MDB_val{bytes.size(), const_cast<std::byte*>(bytes.data())};
}
inline MDB_val ValueOf(const Key& key) { return ValueOf(key.bytes()); }
inline std::span<const std::byte> BytesOf(const MDB_val& value) {
  return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}

}  // namespace larder::lmdb
