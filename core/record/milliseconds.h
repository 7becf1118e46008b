// Times as records hold them: milliseconds since 1970, from 0 to the end of year 9999 (what RFC 3339 can still print),
// whatever the bytes say, so that arithmetic with them cannot overflow.
#pragma once

#include <algorithm>
#include <cstdint>

#include "larder/time.h"

namespace larder::record {

inline constexpr std::int64_t kMaxTimeMs = 253402300799999;
inline constexpr std::uint32_t kNanosecondsEnd = 1'000'000'000;  // nanoseconds of a second are below

inline Time ToTime(std::int64_t ms) { return Time{Duration{std::clamp<std::int64_t>(ms, 0, kMaxTimeMs)}}; }
inline std::int64_t ToMs(Time time) { return std::clamp<std::int64_t>(time.time_since_epoch().count(), 0, kMaxTimeMs); }

}  // namespace larder::record
