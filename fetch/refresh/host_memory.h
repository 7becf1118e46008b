// What was learned of hosts' limits, kept in the store: a restart does not forget a six-hour ban.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "limits/rate_limiters.h"
#include "refresh/executor.h"

namespace larder::refresh {

// How long what is learned of a host is kept.
inline constexpr std::chrono::hours kHostRetention{30 * 24};
// A change of limits is written at the latest so long after it was learned.
inline constexpr std::chrono::seconds kHostWrite{5};

// The loop's thread only. Must be told to Stop, and its last write awaited by the executor's end.
class HostMemory {
 public:
  HostMemory(http::Timers& timers, Executor& executor, Store& store, RateLimiters& limits)
      : timers_(timers), executor_(executor), store_(store), limits_(limits) {}
  ~HostMemory() { Stop(); }
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;

  // Restores what the store has, then calls `ready`; from then on writes what changes. A store that cannot be
  // enumerated (memcached) is asked by Know.
  void Start(std::function<void()> ready);
  // These hosts may be asked soon: restores what such a store has of them, each when it is named first. Whatever is
  // given to the executor after this call is answered after that. Hosts that are only come to by redirects, or for
  // tokens, are not named by anybody, and are learned anew.
  void Know(const std::vector<std::string>& hosts);
  // Writes what has changed since, and no more after that.
  void Stop();

 private:
  void Arm();
  void Write();
  void Restore(const std::vector<HostRecord>& records);

  http::Timers& timers_;
  Executor& executor_;
  Store& store_;
  RateLimiters& limits_;
  std::optional<http::Timers::Id> timer_;
  std::set<std::string> known_;  // of a store that cannot be enumerated
  bool running_ = false;
};

}  // namespace larder::refresh
