// What registries say of limits: when to come back, and how much is left. Pure functions; what cannot be read is
// nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "larder/error.h"
#include "larder/time.h"

namespace larder::http {

// No wait is believed beyond this: Docker Hub once sent a time as a number of seconds (55 years), and its longest
// window is six hours.
inline constexpr Duration kMaxRetryAfter = std::chrono::hours(24);

// When a Retry-After value allows the next try: `now` to `now` + kMaxRetryAfter. Seconds ("120", "1.5"), a UNIX time (a
// number above 1e9; above 1e11 in milliseconds), an HTTP date in any of its three forms, or a Go duration ("331.163us",
// "2h", "1m30s"). A time that has passed is `now`. nullopt: none of these.
std::optional<Time> ParseRetryAfter(std::string_view value, Time now);

// The wait that some registries write into the text of an error ("retry-after: 331.163us, allowed: ..."). Only a hint
// of when: that there is a limit is told by the status.
std::optional<Time> RetryAfterInMessage(std::string_view message, Time now);

// "1h2m3.5s", "331.163us", "1.15031ms": Go's time.Duration, without sign, rounded up to a millisecond. nullopt: not
// one.
std::optional<Duration> ParseGoDuration(std::string_view text);

// ratelimit-limit and ratelimit-remaining: "100;w=21600".
struct RateLimit {
  std::uint64_t count = 0;
  std::optional<std::chrono::seconds> window;
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};
// nullopt where the count is blank (";w=21600", ""), negative or no number: then nothing is known. Of a list the first.
std::optional<RateLimit> ParseRateLimit(std::string_view value);

}  // namespace larder::http
