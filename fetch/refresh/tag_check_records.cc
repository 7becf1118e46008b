// What an answer, or none, makes of a tag's record.
#include <algorithm>
#include <utility>

#include "larder/refresh_rules.h"
#include "refresh/tag_check_question.h"

namespace larder::refresh {
namespace {

TagSchedule ScheduleOf(const ImageRecord& record) {
  TagSchedule schedule;
  schedule.interval = record.interval;
  schedule.failures = record.failures;
  schedule.deadline = record.deadline;
  schedule.expiry = record.expiry;
  return schedule;
}

void Apply(const TagSchedule& schedule, ImageRecord& record) {
  record.interval = schedule.interval;
  record.failures = schedule.failures;
  record.deadline = schedule.deadline;
  record.expiry = schedule.expiry;
}

std::string AnnouncedText(const Digest& announced, const Digest& content) {
  return announced.empty() || announced == content ? std::string() : announced.ToString();
}

}  // namespace

void TagCheck::Same(Question& question) {
  ImageRecord& record = question.outcome.record;
  if (record.failures > 0) record.gone_since = Time{};
  const std::string ref = record.info.id.Canonical();
  const auto had = ScheduleOf(record);
  Apply(record.status == EntryStatus::excluded
            ? AfterExcluded(ref, question.now, options_.retention)
            : AfterAnswer(had, false, record.info.created_at, ref, question.now, options_.retention),
        record);
  record.info.last_fetched = question.now;
  record.last_error.clear();
  question.outcome.write = true;
}

void TagCheck::Answered(Question& question, ImageInfo info, const Digest& announced) {
  ImageRecord& record = question.outcome.record;
  const bool moved = HasGoodEntry(question.had) && question.had->info.digest != info.digest;
  info.first_seen = record.info.first_seen;
  info.last_fetched = question.now;
  if (record.failures > 0) record.gone_since = Time{};
  record.announced = AnnouncedText(announced, info.digest);
  record.info = std::move(info);
  record.status = EntryStatus::image;
  record.excluded_reason.clear();
  record.last_error.clear();
  const auto had = ScheduleOf(record);
  Apply(AfterAnswer(had, moved, record.info.created_at, record.info.id.Canonical(), question.now, options_.retention),
        record);
  question.outcome.moved = moved;
  question.outcome.write = true;
}

void TagCheck::Excluded(Question& question, const Digest& digest, const Digest& announced, std::string reason) {
  ImageRecord& record = question.outcome.record;
  const bool moved = HasGoodEntry(question.had) && question.had->info.digest != digest;
  const Timestamp first_seen = record.info.first_seen;
  record.info = ImageInfo();
  record.info.id = question.ref;
  record.info.digest = digest;
  record.info.first_seen = first_seen;
  record.info.last_fetched = question.now;
  if (record.failures > 0) record.gone_since = Time{};
  record.announced = AnnouncedText(announced, digest);
  record.status = EntryStatus::excluded;
  record.excluded_reason = std::move(reason);
  record.last_error.clear();
  Apply(AfterExcluded(record.info.id.Canonical(), question.now, options_.retention), record);
  question.outcome.moved = moved;
  question.outcome.write = true;
}

void TagCheck::TagFailed(TagOutcome& outcome, const std::optional<ImageRecord>& had, const Error& error,
                         Time now) const {
  ImageRecord& record = outcome.record;
  const bool not_found = error.code == Errc::not_found;
  const bool before = record.failures > 0 && record.gone_since != Time{};
  const auto fate = FateOf(not_found ? TagFault::not_found : TagFault::bad_answer, HasGoodEntry(had), before);
  if (fate == EntryFate::missing) record.status = EntryStatus::missing;
  if (fate == EntryFate::failed) record.status = EntryStatus::failed;
  if (not_found && record.gone_since == Time{}) record.gone_since = now;
  const auto schedule = ScheduleOf(record);
  Apply(AfterTagFault(schedule, record.info.id.Canonical(), now, options_.retention), record);
  record.last_error = error.message;
  outcome.not_found = not_found;
  outcome.write = true;
}

void TagCheck::Charge(TagOutcome& outcome, const std::optional<ImageRecord>& had) const {
  outcome.error->blame = Blame::tag;
  TagFailed(outcome, had, outcome.error->error, timers_.Now());
}

// What HEAD says is free and known: the facts wait for the budget, and so does the tag.
void TagCheck::PullsHeld(Question& question, const Error& error) {
  TagOutcome& outcome = question.outcome;
  ImageRecord& record = outcome.record;
  const Time again = std::max(question.now + kMinRefresh, error.retry_at.value_or(question.now));
  outcome.pulls_held = true;
  outcome.due = again;
  if (!question.had.has_value() && question.head.empty()) return;
  if (!HasGoodEntry(question.had) && !question.head.empty()) {
    record.status = EntryStatus::pending;
    record.info.digest = question.head;
  }
  const auto had = ScheduleOf(record);
  Apply(AfterOthersFault(had, question.now, options_.retention), record);
  record.deadline = again;
  record.last_error = error.message;
  outcome.write = true;
}

void TagCheck::Failed(Question& question, FetchError error) {
  TagOutcome& outcome = question.outcome;
  ImageRecord& record = outcome.record;
  question.now = timers_.Now();
  if (error.blame == Blame::tag) {
    TagFailed(outcome, question.had, error.error, question.now);
  } else if (error.blame == Blame::limit && question.head_answered) {
    PullsHeld(question, error.error);
  } else if (error.error.code != Errc::cancelled && question.had.has_value()) {
    const auto had = ScheduleOf(record);
    Apply(AfterOthersFault(had, question.now, options_.retention), record);
    record.last_error = error.error.message;
    outcome.write = true;
  } else if (!question.head.empty() && error.error.code != Errc::cancelled) {
    // Its digest costs nothing and is known; its facts have to wait for the end of an outage.
    record.status = EntryStatus::pending;
    record.info.digest = question.head;
    record.last_error = error.error.message;
    record.deadline = std::max(question.now + kMinRefresh, error.error.retry_at.value_or(question.now));
    record.expiry = question.now + options_.retention;
    outcome.write = true;
  }
  outcome.error = std::move(error);
}

}  // namespace larder::refresh
