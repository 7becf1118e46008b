// All waiting in fetch goes through this port: the loop's one timer, or a test's virtual clock.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "http/task.h"
#include "larder/error.h"
#include "larder/time.h"

namespace larder::http {

// Used on the loop's thread only.
class Timers {
 public:
  virtual ~Timers() = default;
  using Id = std::uint64_t;
  // The wall clock of this port: what rules get as `now`.
  virtual Time Now() const = 0;
  // Calls `fire` once, at `when` or soon after, from the loop. Never from inside this call, also for a past time.
  virtual Id At(Time when, std::function<void()> fire) = 0;
  // Forgets it: `fire` is not called, and is destroyed. Unknown ids are ignored.
  virtual void Cancel(Id id) = 0;
};

// Waits until `when`; true where it came, false where a stop was requested first (then at once). The stop may be
// requested from another thread only where that thread posts to the loop: see Loop::Post.
Task<bool> SleepUntil(Timers& timers, Time when, std::stop_token stop);

}  // namespace larder::http
