// Which record of a memory store goes next, and what all of them weigh.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <set>

#include "larder/collect.h"
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
  bool empty() const;
  // The first at `now` in the order of EvictionPoint (larder/collect.h). REQUIRES: not empty.
  Key First(Time now) const;

 private:
  struct Place {
    std::int64_t expiry_ms;
    Key key;
    auto operator<=>(const Place&) const = default;
  };
  std::set<Place>& RankOf(const Entry& entry, Place& place);

  // By rank before anything expires, so that no place depends on the time: what is expired is at the front of its set.
  std::array<std::set<Place>, kEvictionRanks> ranks_;
  std::uint64_t weight_ = 0;
};

}  // namespace larder::memory
