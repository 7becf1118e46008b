// What one tag's answer means for its repository: records, counts, events.
#include <algorithm>
#include <utility>

#include "larder/manifest_record.h"
#include "larder/refresh_rules.h"
#include "refresh/cycle.h"

namespace larder::refresh {

void Cycle::Count(std::optional<EntryStatus> before, std::optional<EntryStatus> after) {
  change_.Add(before.value_or(EntryStatus::pending), -1);
  if (after.has_value()) {
    change_.Add(*after, 1);
  } else {
    --change_.tags;
  }
}

void Cycle::Note(const Work& work, TagOutcome& outcome) {
  if (work.planned.gone && outcome.not_found && work.had.has_value() &&
      IsRemoved(work.had->gone_since, parts_.timers.Now())) {
    ++confirmed_;
    Remove(work.planned.tag, work.had);
    return;
  }
  if (outcome.write) {
    NoteWritten(work, outcome);
  } else {
    StillDue(work.planned.tag, outcome.due == Time{} ? work.planned.deadline : outcome.due);
  }
}

void Cycle::NoteWritten(const Work& work, TagOutcome& outcome) {
  const ImageRecord& record = outcome.record;
  const Key key = Key::Image(canonical_, work.planned.tag);
  auto bytes = BuildImageRecord(record);
  if (!bytes.has_value()) {
    if (options_.log) options_.log(LogLevel::error, record.info.id.ToString() + ": " + bytes.error().ToString());
    ++report_.write_failures;
    return;
  }
  writer_.Put(key, std::move(*bytes));
  const Time facts_expiry = parts_.timers.Now() + kManifestRetention;
  for (const auto& facts : outcome.facts) {
    auto facts_bytes = BuildManifestRecord(facts, facts_expiry);
    if (facts_bytes.has_value()) writer_.Put(Key::Manifest(facts.digest), std::move(*facts_bytes));
    // Once a digest: whoever shares these facts did not fetch them.
    for (const auto& warning : facts.warnings) {
      if (options_.log) options_.log(LogLevel::warning, canonical_ + "@" + facts.digest.ToString() + ": " + warning);
    }
  }
  report_.dues.push_back(TagDueAt(key.item(), outcome.due == Time{} ? record.deadline : outcome.due));

  std::optional<EntryStatus> before;
  if (work.had.has_value()) before = work.had->status;
  if (std::binary_search(tags_.begin(), tags_.end(), work.planned.tag)) Count(before, record.status);
  if (outcome.error.has_value()) {
    if (outcome.error->blame == Blame::tag) {
      ++report_.failed;
      report_.tag_error = outcome.error->error;
    }
    const bool held = before == EntryStatus::image || before == EntryStatus::excluded;
    if (held && record.status == EntryStatus::missing) ++report_.removed;
  } else if (outcome.moved) {
    ++report_.moved;
  } else if (work.had.has_value() && work.had->status == record.status) {
    ++report_.same;
  } else {
    ++report_.added;
  }
}

void Cycle::Remove(const std::string& tag, const std::optional<ImageRecord>& had) {
  writer_.Remove(Key::Image(canonical_, tag));
  if (std::binary_search(tags_.begin(), tags_.end(), tag)) {
    std::optional<EntryStatus> before;
    if (had.has_value()) before = had->status;
    Count(before, std::nullopt);
    removed_.push_back(tag);
  }
  ++report_.removed;
}

}  // namespace larder::refresh
