#include "eviction_order.h"

#include <limits>

#include "larder/collect.h"
#include "larder/record.h"

namespace larder::memory {

EvictionOrder::Place EvictionOrder::PlaceOf(const Entry& entry) {
  const auto header = ReadHeader(entry.key, entry.bytes());
  if (!header.has_value()) return {0, 0, entry.key};  // nobody can read it: it goes first
  const std::int64_t ms = header->expiry.time_since_epoch().count();
  return {EvictionRank(entry.key), ms == 0 ? std::numeric_limits<std::int64_t>::max() : ms, entry.key};
}

void EvictionOrder::Add(const Entry& entry) {
  places_.insert(PlaceOf(entry));
  weight_ += Weight(entry.size);
}

void EvictionOrder::Drop(const Entry& entry) {
  places_.erase(PlaceOf(entry));
  weight_ -= Weight(entry.size);
}

}  // namespace larder::memory
