// How long to leave alone what failed: the first wait doubles with each failure in a row, up to the most.
#pragma once

#include <cstdint>
#include <string_view>

#include "larder/api.h"
#include "larder/time.h"

namespace LARDER_API larder {

struct Backoff {
  Duration first{0};
  Duration most{0};
};

// By who is to blame (docs/refreshing.md). A host is left alone by its breaker (larder/breaker.h).
inline constexpr Backoff kTagBackoff{std::chrono::minutes(5), std::chrono::hours(24)};
inline constexpr Backoff kCredentialBackoff{std::chrono::minutes(5), std::chrono::hours(6)};
inline constexpr Backoff kRepositoryBackoff{std::chrono::minutes(5), std::chrono::hours(24)};  // 404 on the tag list

// The wait after `failures` in a row: zero for none, `first` for one.
Duration Delay(const Backoff& backoff, std::uint32_t failures);

// `interval` times a factor from 0.9 to 1.1 that is a hash of (subject, now), so that what was asked together is not
// asked together for ever. The same arguments give the same answer. `subject` is a canonical name or ref.
Duration Jitter(Duration interval, std::string_view subject, Time now);

// now + the jittered wait.
Time NextTry(const Backoff& backoff, std::uint32_t failures, std::string_view subject, Time now);

}  // namespace larder
