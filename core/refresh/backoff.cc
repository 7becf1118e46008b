#include "larder/backoff.h"

#include <algorithm>

#include "refresh/hash.h"

namespace larder {

Duration Delay(const Backoff& backoff, std::uint32_t failures) {
  if (failures == 0) return Duration(0);
  Duration delay = std::min(backoff.first, backoff.most);
  for (std::uint32_t i = 1; i < failures && delay < backoff.most; ++i) {
    delay = delay > backoff.most / 2 ? backoff.most : 2 * delay;
  }
  return delay;
}

Duration Jitter(Duration interval, std::string_view subject, Time now) {
  constexpr std::int64_t kSteps = 200'001;  // from -100,000 to +100,000 millionths
  constexpr double kMillion = 1'000'000;
  const auto step = static_cast<std::int64_t>(HashOf(subject, now) % kSteps) - kSteps / 2;
  const double offset = static_cast<double>(interval.count()) * static_cast<double>(step) / kMillion;
  return interval + Duration(static_cast<std::int64_t>(offset));
}

Time NextTry(const Backoff& backoff, std::uint32_t failures, std::string_view subject, Time now) {
  return now + Jitter(Delay(backoff, failures), subject, now);
}

}  // namespace larder
