#include "larder/listing_rules.h"

#include <algorithm>

#include "larder/backoff.h"
#include "larder/tag_schedule.h"

namespace larder {

Duration ListInterval(std::uint32_t pages, std::optional<Duration> configured) {
  if (configured.has_value() && *configured > Duration(0)) return *configured;
  return pages >= kLongListPages ? kLongListInterval : kListInterval;
}

Time NextListing(Duration interval, std::string_view name, Time now) { return now + Jitter(interval, name, now); }

Time SaneListing(Time deadline, Duration interval, std::uint32_t failures, Time now) {
  constexpr std::chrono::days kLongestPlan{3650};  // what an operator may say, within what can be added to a time
  Duration most = std::clamp<Duration>(interval, kListInterval, kLongestPlan);
  if (failures > 0) most = std::max(most, kRepositoryBackoff.most);
  return deadline > now + most + most / 10 ? now : deadline;
}

Completeness CompletenessOf(bool listed, const RepositoryCounts& counts) {
  if (!listed) return Completeness::never_fetched;
  const bool all_known = counts.known >= counts.tags && counts.pending == 0 && counts.failing == 0;
  return all_known ? Completeness::complete : Completeness::partial;
}

bool IsStale(const ListingState& state, Time now) {
  const Duration interval = ListInterval(state.pages);
  if (state.last_listed <= Time()) return false;
  if (state.last_listed > now + interval) return true;

  Duration allowed = 3 * interval;
  const bool planned = state.deadline > state.last_listed && state.deadline <= state.last_listed + kMaxDeadlineAhead;
  if (state.failures == 0 && planned) allowed = std::max(allowed, state.deadline - state.last_listed + interval);
  return now - state.last_listed > allowed;
}

}  // namespace larder
