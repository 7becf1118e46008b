// How long memcached keeps a record. Pure rules; memcached's own clock does the rest.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "larder/error.h"
#include "larder/key.h"

namespace larder::memcached {

// The least that a record with a deadline is kept.
inline constexpr std::chrono::seconds kLeastLife = std::chrono::hours(1);
// No expiry: memcached drops it when it needs the room.
inline constexpr std::chrono::seconds kForever{0};
// Up to this memcached reads an expiry as seconds from now, above it as a date.
inline constexpr std::chrono::seconds kLongestRelative = std::chrono::days(30);

// From the record's header at `now`: twice the time to its deadline, at least kLeastLife, so that a record outlives a
// missed refresh and no more. Without a deadline, and for leases, the time to its expiry rounded up to a second (at
// least one), so that a lease ends on time. kForever with neither; kLeastLife for bytes without a header.
std::chrono::seconds LifeOf(const Key& key, std::span<const std::byte> record, Time now);

// `life` as memcached's protocol wants it: 0, seconds, or the date `wall` + life. memcached reads dates up to 2038;
// beyond that, the longest relative time.
std::int64_t ToExptime(std::chrono::seconds life, Time wall);

}  // namespace larder::memcached
