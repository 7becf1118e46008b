// One thread's event loop: posted functions, timers, and (inside fetch/http) sockets. asio stays in loop.cc and session.cc.
#pragma once

#include <functional>
#include <memory>

#include "http/timers.h"

namespace larder::http {

// Everything but Post and Stop is for the thread that runs Run.
class Loop final : public Timers {
 public:
  Loop();
  ~Loop() override;

  Time Now() const override;
  Id At(Time when, std::function<void()> fire) override;
  void Cancel(Id id) override;

  // From any thread: runs `fn` on the loop soon, in order of posting.
  void Post(std::function<void()> fn);
  // Runs until Stop, and on the way out what is ready.
  void Run();
  // Runs until nothing is left to do: no posted function, no timer, no transfer.
  void RunUntilIdle();
  void Stop();

  class Impl;  // asio, for session.cc
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace larder::http
