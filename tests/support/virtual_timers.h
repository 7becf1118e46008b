// A clock that the test moves, for what waits by http::Timers.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "http/timers.h"

namespace larder::testing {

// One thread, but for Post. Nothing is called but from the functions that say so.
class VirtualTimers final : public http::Timers {
 public:
  // 2024-01-01T00:00:00Z, unless said otherwise.
  static constexpr Time kStart = Time(std::chrono::seconds(1'704'067'200));
  explicit VirtualTimers(Time start = kStart) : now_(start) {}

  Time Now() const override { return now_; }
  Id At(Time when, std::function<void()> fire) override {
    due_.emplace(std::pair(when, ++last_id_), std::move(fire));
    return last_id_;
  }
  void Cancel(Id id) override {
    for (auto entry = due_.begin(); entry != due_.end(); ++entry) {
      if (entry->first.second != id) continue;
      const auto gone = due_.extract(entry);  // what it holds may come back here
      return;
    }
  }
  void Post(std::function<void()> fn) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(fn));
  }

  // Calls what is posted and what is due now, until nothing is.
  void RunReady() {
    while (CallPosted() || CallFirstDue(now_)) {
    }
  }
  // Moves the clock to `when`, calling what becomes due on the way, in order and at its own time.
  void AdvanceTo(Time when) {
    RunReady();
    while (!due_.empty() && due_.begin()->first.first <= when) {
      now_ = std::max(now_, due_.begin()->first.first);
      RunReady();
    }
    now_ = std::max(now_, when);
  }
  void Advance(Duration by) { AdvanceTo(now_ + by); }
  // Moves the clock to the next due time; false where nothing waits.
  bool AdvanceToNext() {
    RunReady();
    if (due_.empty()) return false;
    AdvanceTo(due_.begin()->first.first);
    return true;
  }
  // The wall clock jumps; what waits still waits as long as it did.
  void Jump(Duration by) {
    std::map<std::pair<Time, Id>, std::function<void()>> moved;
    for (auto& [key, fire] : due_) moved.emplace(std::pair(key.first + by, key.second), std::move(fire));
    due_ = std::move(moved);
    now_ += by;
  }

  std::optional<Time> next_due() const {
    return due_.empty() ? std::nullopt : std::optional(due_.begin()->first.first);
  }
  std::size_t waiting() const { return due_.size(); }

 private:
  bool CallPosted() {
    std::function<void()> fn;
    {
      const std::lock_guard lock(mutex_);
      if (posted_.empty()) return false;
      fn = std::move(posted_.front());
      posted_.pop_front();
    }
    fn();
    return true;
  }
  bool CallFirstDue(Time until) {
    if (due_.empty() || due_.begin()->first.first > until) return false;
    const auto node = due_.extract(due_.begin());
    node.mapped()();
    return true;
  }

  Time now_;
  Id last_id_ = 0;
  std::map<std::pair<Time, Id>, std::function<void()>> due_;
  std::mutex mutex_;
  std::deque<std::function<void()>> posted_;
};

}  // namespace larder::testing
