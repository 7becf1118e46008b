// All waiting in fetch goes through this port: the loop's one timer, or a test's virtual clock.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "http/task.h"
#include "larder/error.h"
#include "larder/time.h"

namespace larder::http {

// Used on the loop's thread only, Post excepted.
class Timers {
 public:
  virtual ~Timers() = default;
  using Id = std::uint64_t;
  // The wall clock of this port: what rules get as `now`.
  virtual Time Now() const = 0;
  // Calls `fire` once, at `when` or soon after, from the loop. Never from inside this call, also for a past time. The
  // wait is as long as it was when asked, whatever happens to the wall clock meanwhile: who needs the time looks again.
  virtual Id At(Time when, std::function<void()> fire) = 0;
  // Forgets it: `fire` is not called, and is destroyed. Unknown ids are ignored.
  virtual void Cancel(Id id) = 0;
  // From any thread: calls `fn` on the loop soon, in order of posting. Never from inside this call.
  virtual void Post(std::function<void()> fn) = 0;
};

// Waits until `when`; true where it came, false where a stop was requested first (then at once). The stop may be
// requested from any thread, also from the loop's: the waiter goes on from the loop, after the request has returned.
Task<bool> SleepUntil(Timers& timers, Time when, std::stop_token stop);

}  // namespace larder::http
