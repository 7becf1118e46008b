// A bound on how many things run at once, for coroutines on one loop.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

#include "http/task.h"

namespace larder::refresh {

// One thread. First come, first served. Must outlive those who wait.
class Window {
 public:
  explicit Window(std::size_t size) : size_(size) {}

  // Returns with a place taken.
  http::Task<void> Enter() {
    if (used_ < size_) {
      ++used_;
      co_return;
    }
    std::function<void(Done)> start = [this](Done done) { waiting_.push_back(std::move(done)); };
    http::Callback<bool> callback(start);
    co_await callback;
  }

  // Gives the place to the next, or back.
  void Leave() {
    if (!waiting_.empty()) {
      Done next = std::move(waiting_.front());
      waiting_.pop_front();
      next(true);
      return;
    }
    --used_;
    if (used_ == 0 && idle_ != nullptr) std::exchange(idle_, nullptr)(true);
  }

  // Returns when every place is free. One at a time may wait so.
  http::Task<void> Idle() {
    if (used_ == 0) co_return;
    std::function<void(Done)> start = [this](Done done) { idle_ = std::move(done); };
    http::Callback<bool> callback(start);
    co_await callback;
  }

  std::size_t used() const { return used_; }

 private:
  using Done = http::Callback<bool>::Done;
  std::size_t size_;
  std::size_t used_ = 0;
  std::deque<Done> waiting_;
  Done idle_;
};

}  // namespace larder::refresh
