#include "refresh/cycle.h"

#include <algorithm>
#include <utility>

#include "larder/manifest_record.h"
#include "larder/refresh_rules.h"

namespace larder::refresh {
namespace {

// Records read at once before their tags are asked for: bounds what a repository of any size holds in memory.
constexpr std::size_t kChunk = 256;

bool EndsCycle(Blame blame) { return blame == Blame::host || blame == Blame::limit || blame == Blame::credential; }

}  // namespace

CycleOptions::CycleOptions() = default;
CycleRequest::CycleRequest() = default;
CycleReport::CycleReport() = default;

Cycle::Cycle(const CycleParts& parts, const CycleOptions& options, Client& client, CycleRequest request,
             std::stop_token stop, Progress progress)
    : parts_(parts),
      options_(options),
      client_(client),
      request_(std::move(request)),
      stop_(std::move(stop)),
      progress_(std::move(progress)),
      canonical_(request_.name.Canonical()),
      writer_(parts.executor, parts.store, parts.timers, options.log),
      check_(client, parts.facts, parts.timers, options.check),
      window_(std::max<std::size_t>(1, options.in_flight)),
      state_(report_.state) {
  state_.name = request_.name;
}

http::Task<CycleReport> Cycle::Run() {
  co_await ReadState();
  if (!report_.error.has_value() && request_.list) co_await ListTags();
  if (!report_.error.has_value() && !stop_.stop_requested()) co_await PlanItems();
  if (!report_.error.has_value()) {
    co_await AskAll();
    co_await RemoveGone();
  }
  co_await Finish();
  co_return std::move(report_);
}

http::Task<void> Cycle::ReadState() {
  const Time now = parts_.timers.Now();
  std::function<Result<StoredRepository>(Store&)> work = [name = canonical_, now](Store& store) {
    return ReadStoredRepository(store, name, now);
  };
  auto stored = co_await OnStore<Result<StoredRepository>>(parts_.executor, parts_.store, std::move(work));
  if (!stored.has_value()) {
    FetchError error;
    error.error = std::move(stored).error().WithContext("reading the store");
    report_.error = std::move(error);
    co_return;
  }
  report_.has_state = stored->state.has_value();
  if (report_.has_state) {
    state_ = std::move(*stored->state);
    state_.name = request_.name;
  }
  tags_ = std::move(stored->tags);
  missing_blocks_ = stored->missing_blocks;
  blocks_expiry_ = stored->blocks_expiry;
  // Another refresher may have listed it since this cycle was planned.
  if (request_.list && !request_.list_anyway && report_.has_state && missing_blocks_ == 0 &&
      state_.counts.pending == 0 && !IsDue(SaneDeadline(state_.deadline, now), now)) {
    request_.list = false;
    report_.adopted = true;
  }
}

// Tags that have a record and may be due: they are read again before they are asked for.
http::Task<void> Cycle::PlanItems() {
  if (request_.items.empty() && request_.tags.empty()) co_return;
  std::vector<Key> keys;
  for (const auto item : request_.items) keys.push_back(Key::ImageItem(canonical_, item));
  for (const auto& tag : request_.tags) keys.push_back(Key::Image(canonical_, tag));
  const Time now = parts_.timers.Now();
  using Records = Result<std::vector<std::optional<ImageRecord>>>;
  for (std::size_t from = 0; from < keys.size(); from += kChunk) {
    const std::size_t count = std::min(kChunk, keys.size() - from);
    std::vector<Key> chunk(keys.begin() + static_cast<std::ptrdiff_t>(from),
                           keys.begin() + static_cast<std::ptrdiff_t>(from + count));
    std::function<Records(Store&)> work = [name = canonical_, chunk, now](Store& store) {
      return ReadImageRecords(store, name, chunk, now);
    };
    Records records = co_await OnStore<Records>(parts_.executor, parts_.store, std::move(work));
    if (!records.has_value()) {
      FetchError error;
      error.error = std::move(records).error().WithContext("reading the store");
      report_.error = std::move(error);
      co_return;
    }
    for (std::size_t i = 0; i < count; ++i) {
      auto& record = (*records)[i];
      Planned one;
      one.forced = from + i >= request_.items.size();
      if (record.has_value()) one.deadline = record->deadline;
      if (one.forced) {
        one.tag = request_.tags[from + i - request_.items.size()];
      } else if (record.has_value()) {
        one.tag = record->info.id.tag();
        // The whole listing planned it already, where it was read.
        if (listed_now_ && std::binary_search(tags_.begin(), tags_.end(), one.tag)) continue;
      } else {
        continue;  // evicted since: the next listing finds that it is unknown
      }
      planned_.push_back(std::move(one));
    }
  }
}

http::Task<void> Cycle::AskAll() {
  std::reverse(planned_.begin(), planned_.end());
  total_ = planned_.size();
  while (!planned_.empty() && !Stopped()) {
    const std::size_t count = std::min(kChunk, planned_.size());
    std::vector<Planned> chunk;
    chunk.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      chunk.push_back(std::move(planned_.back()));
      planned_.pop_back();
    }
    co_await AskChunk(std::move(chunk));
  }
  co_await window_.Idle();
  for (const auto& left : planned_) StillDue(left.tag, left.deadline);
}

void Cycle::StillDue(const std::string& tag, Time deadline) {
  if (deadline == Time{}) {
    unknown_left_ = true;
    return;
  }
  TagDue due;
  due.item = Key::Image(canonical_, tag).item();
  due.due_ms = deadline.time_since_epoch().count();
  report_.dues.push_back(due);
}

http::Task<void> Cycle::AskChunk(std::vector<Planned> chunk) {
  std::vector<Key> keys;
  for (const auto& one : chunk) keys.push_back(Key::Image(canonical_, one.tag));
  const Time now = parts_.timers.Now();
  using Records = Result<std::vector<std::optional<ImageRecord>>>;
  std::function<Records(Store&)> work = [name = canonical_, keys, now](Store& store) {
    return ReadImageRecords(store, name, keys, now);
  };
  Records records = co_await OnStore<Records>(parts_.executor, parts_.store, std::move(work));
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    Work one(std::move(chunk[i]));
    if (records.has_value()) one.had = std::move((*records)[i]);
    if (one.had.has_value()) one.planned.deadline = one.had->deadline;
    // Another refresher may have asked meanwhile: its deadline is adopted.
    const bool asks = one.planned.forced || one.planned.gone || one.planned.returned || !one.had.has_value() ||
                      one.had->status == EntryStatus::pending || GoesAlong(SaneDeadline(one.had->deadline, now), now);
    if (!asks) {
      StillDue(one.planned.tag, one.planned.deadline);
      ++done_;
      continue;
    }
    if (one.planned.returned && one.had.has_value()) one.had->gone_since = Time{};
    co_await window_.Enter();
    if (Stopped()) {
      window_.Leave();
      StillDue(one.planned.tag, one.planned.deadline);
      for (++i; i < chunk.size(); ++i) StillDue(chunk[i].tag, chunk[i].deadline);
      co_return;
    }
    http::Spawn(AskOne(std::move(one)), [this] { window_.Leave(); });
  }
}

http::Task<void> Cycle::AskOne(Work work) {
  const bool counted = options_.counts_pulls && options_.counts_pulls(request_.name);
  ImageRef ref(request_.name, work.planned.tag);
  std::optional<ImageRecord> had = work.had;
  TagOutcome outcome = co_await check_.Ask(std::move(ref), std::move(had), counted, stop_);
  Note(work, std::move(outcome));
}

void Cycle::NoteOutcomeInState(Time now) {
  if (report_.error.has_value()) {
    if (report_.error->error.code == Errc::cancelled) return;
    if (state_.last_error.empty()) Tell(EventKind::repository_failed, "", {}, {}, report_.error->error.ToString());
    state_.last_error = report_.error->error.ToString();
    state_.last_error_at = now;
  } else if (!stop_.stop_requested() && !state_.last_error.empty() && (listed_now_ || !request_.list)) {
    state_.last_error.clear();
    Tell(EventKind::repository_recovered, "", {}, {}, "");
  }
}

// What is in use and cannot be asked for does not expire.
http::Task<void> Cycle::RenewInOutage(Time now) {
  if (listed_now_ || !report_.error.has_value() || !report_.has_state) co_return;
  if (!NeedsRenewal(blocks_expiry_, now, options_.check.retention)) co_return;
  std::function<Result<void>(Store&)> work = [state = state_, tags = tags_,
                                              expiry = ExpiryFrom(now, options_.check.retention), now](Store& store) {
    return RenewRepository(store, state, tags, expiry, now);
  };
  Result<void> renewed = co_await OnStore<Result<void>>(parts_.executor, parts_.store, std::move(work));
  if (!renewed.has_value()) ++report_.write_failures;
}

http::Task<void> Cycle::Finish() {
  RenewFacts();
  co_await writer_.Drain();
  report_.write_failures = writer_.failed();
  const Time now = parts_.timers.Now();
  NoteOutcomeInState(now);
  SetHold(now);
  co_await RenewInOutage(now);
  if (report_.has_state || request_.list || report_.added > 0) {
    state_.expiry = ExpiryFrom(now, options_.check.retention);
    using Written = Result<RepositoryRecord>;
    std::function<Written(Store&)> work = [state = state_, change = change_, list = request_.list,
                                           now](Store& store) -> Written {
      const RepositoryRecord current = CurrentState(store, state);
      RepositoryRecord next = list ? state : current;
      next.last_error = state.last_error;
      next.last_error_at = state.last_error_at;
      next.failures = state.failures;
      next.deadline = state.deadline;
      next.expiry = state.expiry;
      next.counts = change.On(current.counts);
      auto written = WriteState(store, next, now);
      if (!written.has_value()) return std::unexpected<Error>(std::move(written).error());
      return next;
    };
    Written written = co_await OnStore<Written>(parts_.executor, parts_.store, std::move(work));
    if (written.has_value()) {
      state_ = std::move(*written);
      report_.has_state = true;
    } else {
      ++report_.write_failures;
      if (options_.log) {
        options_.log(LogLevel::error, canonical_ + ": its state could not be written: " + written.error().ToString());
      }
    }
  }
  report_.completeness = CompletenessOf(state_.generation != 0, state_.counts);
  if (missing_blocks_ > 0 && report_.completeness == Completeness::complete) {
    report_.completeness = Completeness::partial;
  }
}

// After what ended the cycle: when the rest may be asked for.
void Cycle::SetHold(Time now) {
  if (report_.error.has_value() && report_.error->error.code != Errc::cancelled) {
    if (EndsCycle(report_.error->blame)) {
      if (!request_.list || listed_now_) ++state_.failures;  // otherwise the listing has counted it
      const Backoff& backoff = report_.error->blame == Blame::credential ? kCredentialBackoff : kHostBackoff;
      report_.hold_until = report_.error->error.retry_at.value_or(NextTry(backoff, state_.failures, canonical_, now));
    }
  }
  // Unknown tags are found by listing only.
  if (unknown_left_) state_.deadline = std::min(state_.deadline, std::max(now, report_.hold_until));
}

void Cycle::RenewFacts() {
  const Time expiry = parts_.timers.Now() + kManifestRetention;
  for (const auto& facts : parts_.facts.TakeAging()) {
    auto record = BuildManifestRecord(facts, expiry);
    if (record.has_value()) writer_.Put(Key::Manifest(facts.digest), std::move(*record));
  }
}

void Cycle::Tell(EventKind kind, const std::string& tag, const Digest& from, const Digest& to, std::string text) {
  if (!options_.on_event) return;
  Event event;
  event.kind = kind;
  event.at = parts_.timers.Now();
  event.ref = ImageRef(request_.name, tag);
  event.from = from;
  event.to = to;
  event.text = std::move(text);
  options_.on_event(event);
}

void Cycle::Count(std::optional<EntryStatus> before, std::optional<EntryStatus> after) {
  change_.Add(before.value_or(EntryStatus::pending), -1);
  if (after.has_value()) {
    change_.Add(*after, 1);
  } else {
    --change_.tags;
  }
}

void Cycle::Note(const Work& work, TagOutcome outcome) {
  report_.counters.heads += outcome.counters.heads;
  report_.counters.manifest_gets += outcome.counters.manifest_gets;
  report_.counters.blob_gets += outcome.counters.blob_gets;
  ++done_;
  if (progress_) progress_(done_, total_);
  if (outcome.error.has_value() && outcome.error->blame != Blame::tag) {
    if (EndsCycle(outcome.error->blame)) suspended_ = true;
    if (!report_.error.has_value()) report_.error = outcome.error;
  }
  if (work.planned.gone && outcome.not_found && work.had.has_value() &&
      IsRemoved(work.had->gone_since, parts_.timers.Now())) {
    ++confirmed_;
    Remove(work.planned.tag, work.had);
    return;
  }
  if (outcome.write) {
    NoteWritten(work, outcome);
  } else {
    StillDue(work.planned.tag, work.planned.deadline);
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
    for (const auto& warning : facts.warnings) {
      if (options_.log) options_.log(LogLevel::warning, record.info.id.ToString() + ": " + warning);
    }
  }
  TagDue due;
  due.item = key.item();
  due.due_ms = record.deadline.time_since_epoch().count();
  report_.dues.push_back(due);

  std::optional<EntryStatus> before;
  if (work.had.has_value()) before = work.had->status;
  if (std::binary_search(tags_.begin(), tags_.end(), work.planned.tag)) Count(before, record.status);
  if (outcome.error.has_value()) {
    if (outcome.error->blame == Blame::tag) {
      ++report_.failed;
      report_.tag_error = outcome.error->error;
    }
  } else if (outcome.moved) {
    ++report_.moved;
    Tell(EventKind::tag_moved, work.planned.tag, work.had->info.digest, record.info.digest, "");
  } else if (work.had.has_value() && work.had->status == record.status) {
    ++report_.same;
  } else {
    ++report_.added;
  }
  if (record.status == EntryStatus::excluded && before != EntryStatus::excluded) {
    Tell(EventKind::tag_excluded, work.planned.tag, {}, record.info.digest, record.excluded_reason);
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
  Tell(EventKind::tag_removed, tag, had.has_value() ? had->info.digest : Digest(), {}, "");
}

}  // namespace larder::refresh
