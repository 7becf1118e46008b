#include "larder/tag_schedule.h"

#include <algorithm>
#include <limits>

#include "larder/backoff.h"

namespace larder {

Duration ClipRefresh(Duration interval) { return std::clamp(interval, kMinRefresh, kMaxRefresh); }

Duration FirstInterval(Time now, const Timestamp& created) {
  if (created.IsNone()) return kInitialRefresh;
  return std::clamp((now - created.ToTime()) / 10, kInitialRefresh, kMaxInitialRefresh);
}

Duration NextInterval(Duration previous, bool moved) {
  const Duration clipped = ClipRefresh(previous);
  return ClipRefresh(moved ? clipped / 2 : clipped * 2);
}

Time SaneDeadline(Time deadline, Time now) { return deadline > now + kMaxDeadlineAhead ? now : deadline; }

bool IsDue(Time deadline, Time now) { return SaneDeadline(deadline, now) <= now; }

bool GoesAlong(Time deadline, Time now) { return SaneDeadline(deadline, now) <= now + kGoAlong; }

Time AdoptDeadline(Time ours, Time stored, Time now) {
  return std::max(SaneDeadline(ours, now), SaneDeadline(stored, now));
}

bool NeedsRenewal(Time expiry, Time now, Duration retention) { return expiry < now + retention / 2; }

bool MayHead(Time no_head_until, Time now) { return no_head_until <= now || no_head_until > now + kNoHead; }

Question NextQuestion(bool known, bool pulls_counted, bool may_head) {
  return may_head && (known || pulls_counted) ? Question::head : Question::get;
}

TagChange CompareTag(const TagDigests& before, const TagDigests& now) {
  const bool by_content = !before.content.empty() && !now.content.empty();
  const Digest& was = by_content || before.announced.empty() ? before.content : before.announced;
  const Digest& is = by_content || now.announced.empty() ? now.content : now.announced;
  if (was.empty() || is.empty()) return TagChange::unknown;
  return was == is ? TagChange::same : TagChange::moved;
}

TagSchedule AfterAnswer(const TagSchedule& had, bool moved, const Timestamp& created, std::string_view ref, Time now,
                        Duration retention) {
  TagSchedule schedule;
  schedule.interval = had.interval == Duration(0) ? FirstInterval(now, created) : NextInterval(had.interval, moved);
  schedule.deadline = now + Jitter(schedule.interval, ref, now);
  schedule.expiry = ExpiryFrom(now, retention);
  return schedule;
}

TagSchedule AfterExcluded(std::string_view ref, Time now, Duration retention) {
  TagSchedule schedule;
  schedule.interval = kExcludedRefresh;
  schedule.deadline = now + Jitter(kExcludedRefresh, ref, now);
  schedule.expiry = ExpiryFrom(now, retention);
  return schedule;
}

TagSchedule AfterTagFault(const TagSchedule& had, std::string_view ref, Time now, Duration retention) {
  TagSchedule schedule = had;
  if (schedule.failures < std::numeric_limits<std::uint16_t>::max()) ++schedule.failures;
  schedule.deadline = NextTry(kTagBackoff, schedule.failures, ref, now);
  schedule.expiry = ExpiryFrom(now, retention);
  return schedule;
}

TagSchedule AfterOthersFault(const TagSchedule& had, Time now, Duration retention) {
  TagSchedule schedule = had;
  schedule.expiry = ExpiryFrom(now, retention);
  return schedule;
}

EntryFate FateOf(TagFault fault, bool has_good_entry, bool not_found_before) {
  if (fault == TagFault::not_found && not_found_before) return EntryFate::missing;
  return has_good_entry ? EntryFate::keep : EntryFate::failed;
}

}  // namespace larder
