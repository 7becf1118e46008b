// A bare engine doing what Larder's store does with it, without Larder: what ratios are taken against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "larder/key.h"

namespace larder::bench {

using KeyAndBytes = std::pair<Key, std::vector<std::byte>>;

// One thread.
class RawEngine {
 public:
  virtual ~RawEngine() = default;
  // Looks the key up and touches every cache line of what is there; 0 for a miss.
  virtual std::uint64_t Get(const Key& key) = 0;
  virtual std::uint64_t GetMany(std::span<const Key> keys) = 0;
  virtual void Write(const std::vector<KeyAndBytes>& batch) = 0;
  // True where nothing goes on in the background.
  virtual bool IsSettled() { return true; }
  // Goes through a range in order and touches the first `bytes` of each value; how many there were.
  virtual std::uint64_t Scan(const KeyRange& range, std::size_t bytes) = 0;
  // Its name and version, as "LMDB 0.9.24"; "" where it is no library.
  virtual std::string Library() = 0;
};

// Reads every line, so that it is in the cache.
inline std::uint64_t Touch(const void* data, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  std::uint64_t sum = 1;
  for (std::size_t i = 0; i < size; i += 64) sum += bytes[i];
  return sum;
}

std::unique_ptr<RawEngine> OpenRawLmdb(const std::filesystem::path& path);
std::unique_ptr<RawEngine> OpenRawRocksDb(const std::filesystem::path& path);
// What a host would write itself: an unordered_map, a map of the same records for going through them in order, and a
// mutex.
std::unique_ptr<RawEngine> OpenRawMemory();
// It scans as the store does: one `lru_crawler metadump` lists all keys of the server, and those of the range are asked
// for.
std::unique_ptr<RawEngine> OpenRawMemcached(const std::string& host, std::uint16_t port);

}  // namespace larder::bench
