#include "refresh/lease_keeper.h"

#include <memory>

namespace larder::refresh {

http::Task<bool> LeaseKeeper::Take() {
  const Time now = timers_.Now();
  std::function<Result<bool>(Store&)> work = [name = name_, owner = owner_, now](Store& store) {
    return TakeLease(store, name, owner, now);
  };
  Result<bool> taken = co_await OnStore<Result<bool>>(executor_, store_, std::move(work));
  held_ = taken.value_or(false);
  if (held_) {
    until_ = now + kLeaseTime;
    Arm(kLeaseTime / 2);
  }
  co_return taken.value_or(true);
}

void LeaseKeeper::Arm(Duration after) {
  timer_ = timers_.At(timers_.Now() + after, [this] {
    timer_.reset();
    Renew();
  });
}

void LeaseKeeper::Renew() {
  const Time now = timers_.Now();
  auto renewed = std::make_shared<Result<bool>>(false);
  executor_.Execute(
      [renewed, &store = store_, name = name_, owner = owner_, now] { *renewed = RenewLease(store, name, owner, now); },
      [this, renewed, now] { Renewed(*renewed, now); });
}

void LeaseKeeper::Renewed(const Result<bool>& renewed, Time asked) {
  if (!held_) return;
  if (renewed.value_or(false)) {
    until_ = asked + kLeaseTime;
    Arm(kLeaseTime / 2);
  } else if (!renewed.has_value() && timers_.Now() + kLeaseRetry < until_) {
    Arm(kLeaseRetry);
  } else {
    held_ = false;
    lost_();
  }
}

// What the executor was given before is done before this: no answer to a renewal comes later.
http::Task<void> LeaseKeeper::Drop() {
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
  const bool held = std::exchange(held_, false);
  std::function<bool(Store&)> work = [held, name = name_, owner = owner_, now = timers_.Now()](Store& store) {
    if (held) DropLease(store, name, owner, now);
    return true;
  };
  co_await OnStore<bool>(executor_, store_, std::move(work));
}

}  // namespace larder::refresh
