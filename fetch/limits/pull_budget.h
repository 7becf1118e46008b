// How many counted GETs a host still grants, and what of them is left to others. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "larder/host_record.h"
#include "larder/time.h"
#include "limits/limit_headers.h"

namespace larder {

class PullBudget {
 public:
  explicit PullBudget(double reserve) : reserve_(reserve) {}

  // When counted GETs may go on; nullopt: now, also where the host says nothing of a budget. What is under way counts
  // as spent, so that the reserve is not overrun by what was sent before the first answer.
  std::optional<Time> RetryAt(Time now) const;
  void Sent() { ++in_flight_; }
  void Returned() { --in_flight_; }
  void Saw(const LimitHeaders& headers, Time now);
  // A counted GET was refused, whatever the headers said.
  void Exhausted(Time now);

  bool known() const { return remaining_.has_value(); }
  std::optional<std::int64_t> remaining() const { return remaining_; }
  std::chrono::seconds window() const { return window_; }

  void Save(HostRecord& record) const;
  void Restore(const HostRecord& record);

 private:
  double reserve_;
  std::int64_t in_flight_ = 0;
  std::optional<std::int64_t> remaining_, limit_;
  std::chrono::seconds window_{0};
  Time seen_{};
};

}  // namespace larder
