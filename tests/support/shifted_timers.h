// The loop's timers with a clock that a test may set forward: for rules about hours in tests with real servers.
#pragma once

#include <functional>
#include <utility>

#include "http/timers.h"

namespace larder::testing {

class ShiftedTimers final : public http::Timers {
 public:
  explicit ShiftedTimers(http::Timers& real) : real_(real) {}
  // Loop's thread only. What already waits is not moved.
  void Advance(Duration by) { shift_ += by; }

  Time Now() const override { return real_.Now() + shift_; }
  Id At(Time when, std::function<void()> fire) override { return real_.At(when - shift_, std::move(fire)); }
  void Cancel(Id id) override { real_.Cancel(id); }
  void Post(std::function<void()> fn) override { real_.Post(std::move(fn)); }

 private:
  http::Timers& real_;
  Duration shift_{0};
};

}  // namespace larder::testing
