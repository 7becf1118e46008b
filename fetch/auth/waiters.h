// Coroutines that wait for something to happen, each with its own stop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "http/task.h"
#include "http/timers.h"

namespace larder {

// Used on the loop's thread only; the stops may be requested anywhere. Held by those who wait.
class Waiters {
 public:
  // `timers` must outlive it.
  explicit Waiters(http::Timers& timers) : timers_(timers) {}
  Waiters(const Waiters&) = delete;
  Waiters& operator=(const Waiters&) = delete;

  // True where it was woken, false where the stop came first.
  static http::Task<bool> Wait(std::shared_ptr<Waiters> self, std::stop_token stop);
  // Those woken go on from the loop, in the order in which they came; whoever waits from now on is not among them.
  void WakeAll();
  void WakeOne();
  bool empty() const { return waiting_.empty(); }

 private:
  using Ticket = std::uint64_t;
  void End(Ticket ticket, bool woken);

  http::Timers& timers_;
  std::map<Ticket, std::function<void(bool)>> waiting_;
  Ticket last_ticket_ = 0;
};

// One value that several wait for.
template <class T>
class SharedResult {
 public:
  explicit SharedResult(http::Timers& timers) : waiters_(std::make_shared<Waiters>(timers)) {}

  void Set(T value) {
    value_.emplace(std::move(value));
    waiters_->WakeAll();
  }
  // nullopt where the stop came first.
  static http::Task<std::optional<T>> Wait(std::shared_ptr<SharedResult> self, std::stop_token stop) {
    if (!self->value_) {
      const bool woken = co_await Waiters::Wait(self->waiters_, std::move(stop));
      if (!woken) co_return std::nullopt;
    }
    co_return self->value_;
  }

 private:
  std::optional<T> value_;
  std::shared_ptr<Waiters> waiters_;
};

}  // namespace larder
