// The store's work done at once; its answer comes by the loop, as it would from a thread.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "refresh/executor.h"
#include "support/virtual_timers.h"

namespace larder::testing {

class InlineExecutor final : public refresh::Executor {
 public:
  explicit InlineExecutor(VirtualTimers& timers) : timers_(timers) {}
  void Execute(std::function<void()> work, std::function<void()> then) override {
    ++executed;
    work();
    timers_.Post(std::move(then));
  }
  std::uint64_t executed = 0;

 private:
  VirtualTimers& timers_;
};

}  // namespace larder::testing
