// What one host permits: its rate, its bans, its pull budget and whether it answers at all. A state machine: it is
// asked before a request and told after it, takes the time, and keeps no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/session.h"
#include "larder/breaker.h"
#include "larder/error.h"
#include "larder/host_record.h"
#include "larder/limits.h"
#include "larder/tag_schedule.h"
#include "limits/pull_budget.h"
#include "limits/token_bucket.h"

namespace larder {

// What is configured for "host:port", else for "host", else for all; the rate at least lowest_rps.
HostRate RateOf(const LimitOptions& options, const std::string& host);

class HostLimits {
 public:
  HostLimits(std::string host, const LimitOptions& options, Time now);

  // When a request may go: `now`, or later. An error where waiting makes no sense: rate_limited (a ban longer than
  // kShortBan, the pull budget), unavailable (the breaker); both with retry_at.
  Result<Time> Next(http::Cost cost, Time now) const;
  // One goes. REQUIRES: Next(cost, now) answered `now` or earlier.
  http::Pass Enter(http::Cost cost, Time now);

  // What came of it. Answers what is worth a line in the log; "" mostly.
  std::string Answered(const http::Pass& pass, const http::Response& response, Time now);
  std::string Failed(const http::Pass& pass, const Error& error, Time now);

  // A cycle over this host's repositories went well: the rate may rise.
  std::string Recover(Time now);

  // The ban that a request of that cost stands under; nullopt: none.
  std::optional<Time> BannedUntil(http::Cost cost, Time now) const;
  double rps() const { return bucket_.rps(); }
  bool breaker_open() const { return breaker_.state() != Breaker::State::closed; }
  bool counts_pulls() const { return budget_.known(); }

  // Learned by others and kept here.
  void SetNoHead(Time until);
  void SetPageSize(std::uint32_t page_size);
  bool HeadWorks(Time now) const { return MayHead(no_head_until_, now); }
  std::uint32_t page_size() const { return page_size_; }

  // As plain values. What breaks off by itself (the breaker) is not kept.
  HostRecord ToRecord(Time now) const;
  // The configured rate stays the highest one.
  void Restore(const HostRecord& record, Time now);
  // True after a change that a restart should know of, until TakeChanged, which says it once.
  bool changed() const { return changed_; }
  bool TakeChanged();

 private:
  std::string Refused(const http::Pass& pass, const http::Response& response, Time now);
  std::string DidNotAnswer(const http::Pass& pass, Time now);
  std::optional<Time> SilentUntil(Time now) const;
  bool IsPullLimit(const http::Pass& pass, const http::Response& response) const;
  void SetRate(double rps, Time now);

  std::string host_;
  LimitOptions options_;
  HostRate configured_;
  TokenBucket bucket_;
  Breaker breaker_;
  PullBudget budget_;
  Time halved_at_{};
  Time cooldown_until_{};
  Time raised_at_{};
  Time ban_until_{};
  Time pull_ban_until_{};
  Time no_head_until_{};
  std::uint32_t page_size_ = 0;
  int refusals_ = 0;       // in a row, each after a halving
  int pull_refusals_ = 0;  // in a row
  bool changed_ = false;
};

}  // namespace larder
