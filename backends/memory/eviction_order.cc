#include "eviction_order.h"

#include <algorithm>

namespace larder::memory {

std::set<EvictionOrder::Place>& EvictionOrder::RankOf(const Entry& entry, Place& place) {
  const auto [rank, expiry_ms] = EvictionPlace::Of(entry.key, entry.bytes(), Time{});
  place = {expiry_ms, entry.key};
  return ranks_[rank];
}

void EvictionOrder::Add(const Entry& entry) {
  Place place;
  RankOf(entry, place).insert(place);
  weight_ += Weight(entry.size);
}

void EvictionOrder::Drop(const Entry& entry) {
  Place place;
  RankOf(entry, place).erase(place);
  weight_ -= Weight(entry.size);
}

bool EvictionOrder::empty() const {
  return std::ranges::all_of(ranks_, [](const auto& rank) { return rank.empty(); });
}

Key EvictionOrder::First(Time now) const {
  const std::int64_t now_ms = now.time_since_epoch().count();
  const Place* dead = nullptr;
  const Place* living = nullptr;
  for (const auto& rank : ranks_) {
    if (rank.empty()) continue;
    const Place& front = *rank.begin();
    if (front.expiry_ms <= now_ms && (dead == nullptr || front < *dead)) dead = &front;
    if (living == nullptr) living = &front;
  }
  return dead != nullptr ? dead->key : living->key;
}

}  // namespace larder::memory
