#include "table.h"

#include <algorithm>
#include <cstring>

namespace larder::memory {

Entry MakeEntry(const Key& key, std::span<const std::byte> record) {
  Entry entry{.key = key, .size = static_cast<std::uint32_t>(record.size()), .words = nullptr};
  auto words = std::make_shared_for_overwrite<std::uint64_t[]>((record.size() + 7) / 8);
  if (!record.empty()) std::memcpy(words.get(), record.data(), record.size());
  entry.words = std::move(words);
  return entry;
}

std::size_t PositionIn(const Leaf& leaf, const Key& key) {
  const auto at = std::ranges::lower_bound(leaf, key, {}, &Entry::key);
  return static_cast<std::size_t>(at - leaf.begin());
}

const Entry* Table::Find(const Key& key) const {
  // The first leaf whose last key is not less.
  const auto leaf = std::ranges::lower_bound(leaves_, key, {}, [](const auto& each) { return each->back().key; });
  if (leaf == leaves_.end()) return nullptr;
  const std::size_t at = PositionIn(**leaf, key);
  const Entry& entry = (**leaf)[at];
  return entry.key == key ? &entry : nullptr;
}

void Table::Visit(const KeyRange& range, const std::function<ScanAction(const Entry&)>& visit) const {
  auto leaf = std::ranges::lower_bound(leaves_, range.begin, {}, [](const auto& each) { return each->back().key; });
  for (; leaf != leaves_.end(); ++leaf) {
    for (std::size_t i = PositionIn(**leaf, range.begin); i < (*leaf)->size(); ++i) {
      const Entry& entry = (**leaf)[i];
      if (!range.Contains(entry.key) || visit(entry) == ScanAction::stop) return;
    }
  }
}

}  // namespace larder::memory
