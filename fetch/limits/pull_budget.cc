#include "limits/pull_budget.h"

#include <algorithm>

namespace larder {
namespace {
// Where no window is said.
constexpr std::chrono::seconds kDefaultWindow{60};
// Windows slide, and other requests say what is left: look again this soon.
constexpr Duration kLookAgain = std::chrono::minutes(30);
}  // namespace

std::optional<Time> PullBudget::RetryAt(Time now) const {
  if (!remaining_) return std::nullopt;
  const Time over = seen_ + window_;
  if (over <= now || seen_ > now + window_) return std::nullopt;
  const auto reserved = static_cast<std::int64_t>(static_cast<double>(limit_.value_or(*remaining_)) * reserve_);
  if (*remaining_ - in_flight_ > reserved) return std::nullopt;
  return std::min(over, now + kLookAgain);
}

void PullBudget::Saw(const LimitHeaders& headers, Time now) {
  if (!headers.remaining) return;
  remaining_ = headers.remaining;
  if (headers.limit) limit_ = headers.limit;
  if (!limit_ || *limit_ < *remaining_) limit_ = remaining_;
  window_ = headers.window.count() > 0 ? headers.window : kDefaultWindow;
  seen_ = now;
}

void PullBudget::Exhausted(Time now) {
  if (!remaining_) return;
  remaining_ = 0;
  seen_ = now;
}

void PullBudget::Save(HostRecord& record) const {
  record.remaining = remaining_;
  record.limit = limit_;
  record.window = window_;
  record.seen = seen_;
}

void PullBudget::Restore(const HostRecord& record) {
  remaining_ = record.remaining;
  limit_ = record.limit;
  window_ = record.window;
  seen_ = record.seen;
}

}  // namespace larder
