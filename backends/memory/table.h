// The records of a memory store at one moment: immutable, ordered by key, sharing what did not change with the tables
// before and after it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "larder/key.h"
#include "larder/store.h"

namespace larder::memory {

struct Entry {
  Key key;
  std::uint32_t size = 0;                        // bytes
  std::shared_ptr<const std::uint64_t[]> words;  // 8-byte aligned, as readers need it

  std::span<const std::byte> bytes() const { return {reinterpret_cast<const std::byte*>(words.get()), size}; }
};

Entry MakeEntry(const Key& key, std::span<const std::byte> record);

// Sorted by key, never empty in a table. A leaf over the limit is split.
using Leaf = std::vector<Entry>;
inline constexpr std::size_t kMaxLeafEntries = 128;

// A value that never changes: read it from any number of threads.
class Table {
 public:
  Table() = default;
  Table(std::vector<std::shared_ptr<const Leaf>> leaves, std::size_t records)
      : leaves_(std::move(leaves)), records_(records) {}

  // Null for a miss. Valid as long as the table.
  const Entry* Find(const Key& key) const;
  // In key order until `visit` says stop.
  void Visit(const KeyRange& range, const std::function<ScanAction(const Entry&)>& visit) const;
  std::size_t records() const { return records_; }
  const std::vector<std::shared_ptr<const Leaf>>& leaves() const { return leaves_; }

 private:
  std::vector<std::shared_ptr<const Leaf>> leaves_;
  std::size_t records_ = 0;
};

// Where `key` lies or would lie in a leaf.
std::size_t PositionIn(const Leaf& leaf, const Key& key);

}  // namespace larder::memory
