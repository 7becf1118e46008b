// A Reader without a snapshot: every call sees what the servers hold then.
#pragma once

#include <chrono>

#include "directory.h"
#include "key_codec.h"
#include "larder/store.h"
#include "multi_get.h"

namespace larder::memcached {

// One record. not_found, unavailable, or corruption where the value is longer than any record.
Result<void> GetOne(const Topology& topology, const KeyCodec& codec, const Key& key, RecordBuf& buffer);

class MemcachedReader final : public Reader {
 public:
  // Both must outlive it.
  MemcachedReader(const Directory& directory, const KeyCodec& codec, std::chrono::milliseconds scan_timeout)
      : directory_(directory), codec_(codec), scan_timeout_(scan_timeout), multi_get_(codec) {}

  Result<std::span<const std::byte>> Get(const Key& key) override;
  void GetMany(std::span<const Key> keys, const GetManyVisitor& visit) override;

  // Enumerates every server first (24 bytes of memory a key in the range), then reads the records in the order of their
  // keys. Starting again further on costs the whole enumeration again. Keys of servers that no longer are where the
  // ring looks for them are left out, as are records that vanish meanwhile.
  Result<void> Scan(const ScanOptions& options, const ScanVisitor& visit) override;

 private:
  Result<std::vector<Key>> KeysIn(const Topology& topology, const KeyRange& range) const;

  const Directory& directory_;
  const KeyCodec& codec_;
  const std::chrono::milliseconds scan_timeout_;
  MultiGet multi_get_;
  RecordBuf record_;
};

}  // namespace larder::memcached
