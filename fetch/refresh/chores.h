// The timers of what is due beside the repositories: items of the same schedule, so that one timer wakes for all.
#pragma once

#include <functional>
#include <utility>

#include "http/timers.h"
#include "refresh/schedule.h"

namespace larder::refresh {

// The loop's thread only. What it is given must outlive it. Whoever takes from the schedule calls what is due.
class Chores final : public http::Timers {
 public:
  // `added` is called when the schedule may have to be looked at sooner.
  Chores(http::Timers& timers, Schedule& schedule, std::function<void()> added)
      : timers_(timers), schedule_(schedule), added_(std::move(added)) {}

  Time Now() const override { return timers_.Now(); }
  Id At(Time when, std::function<void()> fire) override {
    const Id id = schedule_.AddChore(when, std::move(fire));
    added_();
    return id;
  }
  void Cancel(Id id) override { schedule_.DropChore(id); }
  void Post(std::function<void()> fn) override { timers_.Post(std::move(fn)); }

 private:
  http::Timers& timers_;
  Schedule& schedule_;
  std::function<void()> added_;
};

}  // namespace larder::refresh
