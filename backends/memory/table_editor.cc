#include "table_editor.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace larder::memory {

TableEditor::TableEditor(const Table& base) : records_(base.records()) {
  slots_.reserve(base.leaves().size() + 1);
  for (const auto& leaf : base.leaves()) slots_.push_back(Slot{.leaf = leaf});
}

std::size_t TableEditor::SlotOf(const Key& key) const {
  const auto slot = std::ranges::lower_bound(slots_, key, {}, [](const Slot& each) { return each.leaf->back().key; });
  const auto index = static_cast<std::size_t>(slot - slots_.begin());
  return std::min(index, slots_.size() - 1);
}

const Entry* TableEditor::Find(const Key& key) const {
  if (slots_.empty()) return nullptr;
  const Leaf& leaf = *slots_[SlotOf(key)].leaf;
  const std::size_t at = PositionIn(leaf, key);
  return at < leaf.size() && leaf[at].key == key ? &leaf[at] : nullptr;
}

TableEditor::Slot TableEditor::Own(Leaf leaf) {
  auto shared = std::make_shared<Leaf>(std::move(leaf));
  return Slot{.leaf = shared, .own = shared.get()};
}

Leaf& TableEditor::Touch(std::size_t slot) {
  if (slots_[slot].own == nullptr) slots_[slot] = Own(*slots_[slot].leaf);
  return *slots_[slot].own;
}

void TableEditor::Put(Entry entry) {
  if (slots_.empty()) {
    slots_.push_back(Own({std::move(entry)}));
    ++records_;
    return;
  }
  const std::size_t slot = SlotOf(entry.key);
  Leaf& leaf = Touch(slot);
  const std::size_t at = PositionIn(leaf, entry.key);
  if (at < leaf.size() && leaf[at].key == entry.key) {
    leaf[at] = std::move(entry);
    return;
  }
  leaf.insert(leaf.begin() + static_cast<std::ptrdiff_t>(at), std::move(entry));
  ++records_;
  if (leaf.size() > kMaxLeafEntries) Split(slot);
}

void TableEditor::Split(std::size_t slot) {
  Leaf& leaf = *slots_[slot].own;
  const auto middle = leaf.begin() + static_cast<std::ptrdiff_t>(leaf.size() / 2);
  Leaf upper(std::make_move_iterator(middle), std::make_move_iterator(leaf.end()));
  leaf.erase(middle, leaf.end());
  slots_.insert(slots_.begin() + static_cast<std::ptrdiff_t>(slot) + 1, Own(std::move(upper)));
}

void TableEditor::Remove(const Key& key) {
  if (Find(key) == nullptr) return;
  const std::size_t slot = SlotOf(key);
  Leaf& leaf = Touch(slot);
  leaf.erase(leaf.begin() + static_cast<std::ptrdiff_t>(PositionIn(leaf, key)));
  --records_;
  if (leaf.empty()) {
    slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(slot));
  } else if (leaf.size() < kMaxLeafEntries / 4) {
    MergeWithNext(slot);
  }
}

void TableEditor::MergeWithNext(std::size_t slot) {
  if (slot + 1 == slots_.size()) return;
  const Leaf& next = *slots_[slot + 1].leaf;
  Leaf& leaf = *slots_[slot].own;
  if (leaf.size() + next.size() > kMaxLeafEntries * 3 / 4) return;
  leaf.insert(leaf.end(), next.begin(), next.end());
  slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(slot) + 1);
}

std::shared_ptr<const Table> TableEditor::Finish() && {
  std::vector<std::shared_ptr<const Leaf>> leaves;
  leaves.reserve(slots_.size());
  for (Slot& slot : slots_) leaves.push_back(std::move(slot.leaf));
  return std::make_shared<const Table>(std::move(leaves), records_);
}

}  // namespace larder::memory
