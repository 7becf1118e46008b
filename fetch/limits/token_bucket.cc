#include "limits/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace larder {
namespace {
// Milliseconds are what time is counted in: a token that lacks less than a tenth of one is there.
constexpr double kTolerance = 1e-4;
}  // namespace

TokenBucket::TokenBucket(double rps, double burst, Time now)
    : rps_(rps), burst_(std::max(burst, 1.0)), tokens_(burst_), at_(now) {}

double TokenBucket::TokensAt(Time now) const {
  const double elapsed = std::max(0.0, static_cast<double>((now - at_).count())) / 1000.0;
  return std::min(burst_, tokens_ + elapsed * rps_);
}

Time TokenBucket::Next(Time now) const {
  const double missing = 1.0 - TokensAt(now);
  if (missing <= kTolerance) return now;
  return now + Duration(static_cast<Duration::rep>(std::ceil(missing * 1000.0 / rps_ - kTolerance)));
}

void TokenBucket::Take(Time now) {
  tokens_ = std::max(0.0, TokensAt(now) - 1.0);
  at_ = now;
}

void TokenBucket::SetRate(double rps, double burst, Time now) {
  tokens_ = TokensAt(now);
  at_ = now;
  rps_ = rps;
  burst_ = std::max(burst, 1.0);
  tokens_ = std::min(tokens_, burst_);
}

void TokenBucket::Drain(Time now) {
  tokens_ = 0;
  at_ = now;
}

}  // namespace larder
