// A rate with a burst. Pure: takes the time, keeps no clock.
#pragma once

#include "larder/time.h"

namespace larder {

class TokenBucket {
 public:
  // REQUIRES: rps > 0. Starts full; a burst under 1 counts as 1.
  TokenBucket(double rps, double burst, Time now);

  // When the next request may go: `now`, or later.
  Time Next(Time now) const;
  // One goes. REQUIRES: Next(now) <= now.
  void Take(Time now);
  // From now on. What had been saved up beyond the new burst is lost.
  void SetRate(double rps, double burst, Time now);
  // Nothing is saved up: the next request waits a whole interval.
  void Drain(Time now);
  double rps() const { return rps_; }

 private:
  // A clock that went back adds nothing, and counts on from where it is.
  double TokensAt(Time now) const;

  double rps_;
  double burst_;
  double tokens_;
  Time at_;
};

}  // namespace larder
