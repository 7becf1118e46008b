// Between RocksDB's slices and our keys and spans.
#pragma once

#include <rocksdb/slice.h>

#include <cstddef>
#include <span>

#include "larder/key.h"

namespace larder::rocks {

inline rocksdb::Slice ToSlice(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline rocksdb::Slice ToSlice(const Key& key) { return ToSlice(key.bytes()); }

inline std::span<const std::byte> ToSpan(const rocksdb::Slice& slice) {
  return {reinterpret_cast<const std::byte*>(slice.data()), slice.size()};
}
// REQUIRES: slice.size() == Key::kSize.
inline Key ToKey(const rocksdb::Slice& slice) { return Key::FromBytes(ToSpan(slice)); }

}  // namespace larder::rocks
