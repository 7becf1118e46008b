// Which record of a memory store goes next, and what all of them weigh.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <set>

#include "larder/key.h"

#include "table.h"

namespace larder::memory {

// In step with the table: Add what enters it, Drop what leaves it. One thread at a time.
class EvictionOrder {
 public:
  // A record's bytes, its entry, its place in this order, and three heap blocks.
  static std::uint64_t Weight(std::size_t record_bytes) { return record_bytes + 200; }

  void Add(const Entry& entry);
  void Drop(const Entry& entry);
  std::uint64_t weight() const { return weight_; }
  bool empty() const { return places_.empty(); }
  // REQUIRES: not empty.
  Key First() const { return places_.begin()->key; }

 private:
  struct Place {
    std::size_t rank;
    std::int64_t expiry_ms;
    Key key;
    auto operator<=>(const Place&) const = default;
  };
  static Place PlaceOf(const Entry& entry);

  std::set<Place> places_;
  std::uint64_t weight_ = 0;
};

}  // namespace larder::memory
