// A repository's lease for as long as a cycle runs: taken, renewed at half of its time, given back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "http/timers.h"
#include "refresh/executor.h"
#include "refresh/lease.h"

namespace larder::refresh {

// The loop's thread only. Once Take has begun, Drop must have ended before it is destroyed.
class LeaseKeeper {
 public:
  // `lost` is called once where somebody else holds the lease that was taken, or may: it could not be renewed in time.
  LeaseKeeper(http::Timers& timers, Executor& executor, Store& store, std::string name, std::string owner,
              std::function<void()> lost)
      : timers_(timers),
        executor_(executor),
        store_(store),
        name_(std::move(name)),
        owner_(std::move(owner)),
        lost_(std::move(lost)) {}
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

  // False where somebody else holds it. A store that does not answer is found out by the cycle itself: true.
  http::Task<bool> Take();
  http::Task<void> Drop();

 private:
  void Arm(Duration after);
  void Renew();
  void Renewed(const Result<bool>& renewed, Time asked);

  http::Timers& timers_;
  Executor& executor_;
  Store& store_;
  std::string name_;
  std::string owner_;
  std::function<void()> lost_;
  bool held_ = false;
  Time until_{};
  std::optional<http::Timers::Id> timer_;
};

}  // namespace larder::refresh
