// How fast registries may be asked: settings of the limiter that every request passes.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "larder/api.h"
#include "larder/time.h"

namespace LARDER_API larder {

struct HostRate {
  double rps = 50;  // requests a second, until the host refuses; Flux's default. Above 0
  int burst = 10;   // requests at once after a pause, and in flight at once; at least 1
};

struct LimitOptions {
  HostRate rate;                                   // of every host not named below
  std::map<std::string, HostRate> hosts;           // by "host" or "host:port" as asked ("registry-1.docker.io")
  double lowest_rps = 0.1;                         // halving ends here
  Duration cool_down = std::chrono::minutes(20);   // after a halving the rate does not rise for so long (flux#2891)
  Duration raise_pause = std::chrono::minutes(1);  // and then at most so often
  double raise_factor = 1.5;
  double pull_reserve = 0.2;  // share of a pull budget that is left to others
};

// The longest ban that is believed, whatever Retry-After says (docker/hub-feedback#2459: an epoch read as seconds).
inline constexpr Duration kLongestBan = std::chrono::hours(24);
// A ban no longer than this is waited for; a longer one is answered with rate_limited.
inline constexpr Duration kShortBan = std::chrono::seconds(5);

}  // namespace larder
