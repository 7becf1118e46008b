// One thread's event loop: posted functions, timers, and (inside fetch/http) sockets. asio stays behind loop_impl.h.
#pragma once

#include <functional>
#include <memory>

#include "http/timers.h"

namespace larder::http {

// Everything but Post and Stop is for the thread that runs Run. Whatever waits on the loop (a Session, a sleeping
// coroutine) ends before the loop is destroyed: what is still posted or due then is destroyed, not called.
class Loop final : public Timers {
 public:
  Loop();
  ~Loop() override;

  Time Now() const override;
  Id At(Time when, std::function<void()> fire) override;
  void Cancel(Id id) override;
  void Post(std::function<void()> fn) override;

  // Runs until Stop, and on the way out what is ready. A Stop that came before Run ends it at once.
  void Run();
  // Runs until nothing is left to do: no posted function, no timer, no transfer.
  void RunUntilIdle();
  // From any thread.
  void Stop();

  class Impl;  // asio, for sockets.cc
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace larder::http
