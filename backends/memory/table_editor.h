// Makes the next table from one: copies what it touches, shares the rest.
#pragma once

#include <memory>
#include <vector>

#include "table.h"

namespace larder::memory {

// One thread at a time. The base table must outlive it.
class TableEditor {
 public:
  explicit TableEditor(const Table& base);

  // As Table::Find, with the changes so far; valid until the next change.
  const Entry* Find(const Key& key) const;
  void Put(Entry entry);
  // Removing what is not there does nothing.
  void Remove(const Key& key);
  // The new table; the editor is used up.
  std::shared_ptr<const Table> Finish() &&;

 private:
  struct Slot {
    std::shared_ptr<const Leaf> leaf;
    Leaf* own = nullptr;  // the same leaf, where this editor made it and may change it
  };
  // The slot whose leaf holds `key`, or into which it belongs. REQUIRES: slots_ is not empty.
  std::size_t SlotOf(const Key& key) const;
  static Slot Own(Leaf leaf);
  Leaf& Touch(std::size_t slot);
  void Split(std::size_t slot);
  void MergeWithNext(std::size_t slot);

  std::vector<Slot> slots_;
  std::size_t records_;
};

}  // namespace larder::memory
