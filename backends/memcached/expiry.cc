#include "expiry.h"

#include <algorithm>
#include <limits>

#include "larder/record.h"

namespace larder::memcached {

std::chrono::seconds LifeOf(const Key& key, std::span<const std::byte> record, Time now) {
  using std::chrono::ceil;
  using std::chrono::seconds;
  const auto header = ReadHeader(key, record);
  if (!header.has_value()) return kLeastLife;
  if (header->kind != RecordKind::lease && header->deadline != Time{}) {
    return std::max(kLeastLife, ceil<seconds>(2 * (header->deadline - now)));
  }
  if (header->expiry != Time{}) return std::max(seconds(1), ceil<seconds>(header->expiry - now));
  return kForever;
}

std::int64_t ToExptime(std::chrono::seconds life, Time wall) {
  if (life <= kLongestRelative) return life.count();
  const auto date = std::chrono::floor<std::chrono::seconds>(wall + life).time_since_epoch().count();
  return date <= std::numeric_limits<std::int32_t>::max() ? date : kLongestRelative.count();
}

}  // namespace larder::memcached
