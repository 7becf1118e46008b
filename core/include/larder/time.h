// The two kinds of time in Larder.
//
// Time is the wall clock in milliseconds: deadlines, expiries and everything a rule decides. Rules take `now` as an
// argument and never read a clock.
//
// Timestamp is a time that a document states (created, label times). It keeps seconds and nanoseconds, so that what a
// document said to the nanosecond is given back so; it is valid for years 1 to 9999.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "larder/api.h"
#include "larder/error.h"

namespace LARDER_API larder {

using Duration = std::chrono::milliseconds;

// Reads the system clock. For the edges (main loops, hosts); rules take the value.
Time Now();
// The same as of the system's last tick, at most some 10 ms ago, for a fraction of the price: for reads, which only
// compare it with expiries.
Time CoarseNow();

// A Time as RFC 3339 in UTC, to the millisecond where it is not whole seconds.
std::string FormatTime(Time time);

class Timestamp {
 public:
  // "None": what Go writes as 0001-01-01T00:00:00Z.
  constexpr Timestamp() = default;
  constexpr Timestamp(std::int64_t unix_seconds, std::int32_t nanoseconds)
      : seconds_(unix_seconds), nanoseconds_(nanoseconds) {}

  // The first second of year 1, which Go uses for "no time", and what a default-constructed Timestamp holds.
  static constexpr std::int64_t kNoneSeconds = -62135596800;
  // The last second of year 9999.
  static constexpr std::int64_t kMaxSeconds = 253402300799;

  static Timestamp FromTime(Time time);

  constexpr bool IsNone() const { return seconds_ == kNoneSeconds && nanoseconds_ == 0; }
  constexpr std::int64_t unix_seconds() const { return seconds_; }
  // 0 .. 999,999,999, also before 1970.
  constexpr std::int32_t nanoseconds() const { return nanoseconds_; }
  // Rounded down to a millisecond.
  Time ToTime() const;

  auto operator<=>(const Timestamp&) const = default;

 private:
  std::int64_t seconds_ = kNoneSeconds;
  std::int32_t nanoseconds_ = 0;
};

// RFC 3339 in UTC with as many of the nanoseconds as are not trailing zeros (Go's RFC3339Nano).
std::string FormatTimestamp(const Timestamp& time);

// Strict RFC 3339, as Go's time.RFC3339 parses it: date, 'T', time, optional fraction, 'Z' or an offset.
// invalid_argument says what stands where.
Result<Timestamp> ParseTimestamp(std::string_view text);

// What labels hold in the wild: RFC 3339 in either case, with spaces for the 'T' or before the zone, with a comma for
// the point, without a zone (read as UTC), with UTC or GMT for it, without seconds, an offset without a colon or
// minutes, a date alone, compact 20060102 and 20060102T150405 (the 'T' may be missing). Second 60 is the next minute's
// first. Anything else is invalid_argument.
Result<Timestamp> ParseTimestampLenient(std::string_view text);

}  // namespace larder
