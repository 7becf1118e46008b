#include "refresh/tag_check.h"

#include <algorithm>
#include <memory>

#include "larder/facts.h"
#include "larder/refresh_rules.h"
#include "refresh/ask.h"

namespace larder::refresh {
namespace {

bool HasGoodEntry(const std::optional<ImageRecord>& had) {
  return had.has_value() && (had->status == EntryStatus::image || had->status == EntryStatus::excluded);
}

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

// What the registry's header said before: kept apart only where it was not the digest of the bytes.
Digest AnnouncedBefore(const ImageRecord& record) {
  if (record.announced.empty()) return record.info.digest;
  return Digest::Parse(record.announced).value_or(record.info.digest);
}

std::string AnnouncedText(const Digest& announced, const Digest& content) {
  return announced.empty() || announced == content ? std::string() : announced.ToString();
}

ImageInfo InfoOfFetched(const ImageRef& ref, const FetchedImage& fetched) {
  Timestamp annotated;
  for (const auto& facts : fetched.facts) {
    if (!facts.annotation_created.IsNone()) annotated = facts.annotation_created;
  }
  return MakeInfo(ref, fetched.digest, fetched.facts.back(), annotated);
}

}  // namespace

TagOutcome::TagOutcome() = default;

struct TagCheck::Question {
  ImageRef ref;
  std::optional<ImageRecord> had;
  std::stop_token stop;
  Time now{};
  Digest head;  // what HEAD said, where it was asked
  // Digests whose facts this question is expected to bring, because FactsTable::Ask said that nobody has them.
  std::shared_ptr<std::vector<Digest>> owed = std::make_shared<std::vector<Digest>>();
  TagOutcome outcome;

  // What is written, where nothing else is learned: the record as it was, or a new one.
  void Start() {
    if (had.has_value()) {
      outcome.record = *had;
    } else {
      outcome.record.info.id = ref;
      outcome.record.info.first_seen = Timestamp::FromTime(now);
    }
  }
};

http::Task<TagOutcome> TagCheck::Ask(ImageRef ref, std::optional<ImageRecord> had, bool pulls_counted,
                                     std::stop_token stop) {
  Question question;
  question.ref = std::move(ref);
  question.had = std::move(had);
  question.stop = stop;
  question.now = timers_.Now();
  question.Start();
  co_await AskTag(question, pulls_counted);
  for (const Digest& digest : *question.owed) facts_.Failed(digest);
  co_return std::move(question.outcome);
}

http::Task<void> TagCheck::AskTag(Question& question, bool pulls_counted) {
  const bool known = question.had.has_value() && !question.had->info.digest.empty();
  if (NextQuestion(known, pulls_counted, true) == larder::Question::get) {
    co_await Get(question);
    co_return;
  }
  std::string reference = question.ref.tag();
  FetchResult<HeadResult> head = co_await AskHead(client_, std::move(reference), question.stop);
  if (head.has_value() || WasSent(head.error())) ++question.outcome.counters.heads;
  if (!head.has_value()) {
    Failed(question, std::move(head).error());
    co_return;
  }
  question.now = timers_.Now();
  question.head = head->digest;
  if (known && !head->digest.empty() && question.had->status != EntryStatus::pending) {
    TagDigests before;
    before.announced = AnnouncedBefore(*question.had);
    before.content = question.had->info.digest;
    TagDigests now;
    now.announced = head->digest;
    if (CompareTag(before, now) == TagChange::same) {
      Same(question);
      co_return;
    }
  }
  if (!head->digest.empty()) {
    const bool found = co_await FromKnownFacts(question, head->digest);
    if (found) co_return;
  }
  co_await Get(question);
}

// The facts, from whoever has them or is fetching them; nullopt: this question is to fetch them.
http::Task<std::optional<ManifestFacts>> TagCheck::AskFacts(Question& question, Digest digest) {
  if (std::find(question.owed->begin(), question.owed->end(), digest) != question.owed->end()) co_return std::nullopt;
  using Facts = std::optional<ManifestFacts>;
  std::function<void(http::Callback<Facts>::Done)> start = [&](http::Callback<Facts>::Done done) {
    facts_.Ask(digest, question.now, std::move(done));
  };
  http::Callback<Facts> callback(std::move(start));
  Facts facts = co_await callback;
  if (!facts.has_value()) question.owed->push_back(digest);
  co_return facts;
}

// A digest whose facts are known costs no GET, however the tag came to point at it.
http::Task<bool> TagCheck::FromKnownFacts(Question& question, Digest digest) {
  std::vector<ManifestFacts> known;
  Digest missing = digest;
  while (!missing.empty()) {
    std::optional<ManifestFacts> facts = co_await AskFacts(question, missing);
    if (!facts.has_value()) co_return false;
    known.push_back(std::move(*facts));
    missing = Digest();
    const FactsByDigest find = [&](const Digest& wanted) -> Result<ManifestFacts> {
      const auto found =
          std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.digest == wanted; });
      if (found != known.end()) return *found;
      missing = wanted;
      return Miss();
    };
    auto info = InfoFromFacts(question.ref, known.front(), options_.platforms, find);
    if (info.has_value()) {
      Answered(question, std::move(*info), digest);
      co_return true;
    }
    if (info.error().code == Errc::unsupported) {
      Excluded(question, digest, digest, std::move(info).error().message);
      co_return true;
    }
  }
  co_return false;
}

http::Task<void> TagCheck::Get(Question& question) {
  Client::KnownFacts known = [this, owed = question.owed, now = question.now](const Digest& digest,
                                                                              Client::KnownDone done) {
    if (std::find(owed->begin(), owed->end(), digest) != owed->end()) {
      done(std::nullopt);
      return;
    }
    Client::KnownDone noted = [owed, digest, done = std::move(done)](std::optional<ManifestFacts> facts) {
      if (!facts.has_value()) owed->push_back(digest);
      done(std::move(facts));
    };
    facts_.Ask(digest, now, std::move(noted));
  };
  std::string reference = question.ref.tag();
  FetchResult<FetchedImage> fetched =
      co_await AskManifest(client_, std::move(reference), std::move(known), question.stop);
  question.now = timers_.Now();
  if (fetched.has_value()) {
    for (const auto& facts : fetched->facts) {
      const auto mine = std::find(question.owed->begin(), question.owed->end(), facts.digest);
      if (mine == question.owed->end()) continue;
      question.owed->erase(mine);
      question.outcome.facts.push_back(facts);
      facts_.Fetched(facts);
    }
  }
  if (!fetched.has_value()) {
    question.outcome.counters.manifest_gets += fetched.error().manifest_gets;
    question.outcome.counters.blob_gets += fetched.error().blob_gets;
    Failed(question, std::move(fetched).error());
    co_return;
  }
  question.outcome.counters.manifest_gets += fetched->manifest_gets;
  question.outcome.counters.blob_gets += fetched->blob_gets;
  Digest announced = question.head.empty() ? fetched->announced : question.head;
  if (!fetched->excluded_reason.empty()) {
    Excluded(question, fetched->digest, announced, fetched->excluded_reason);
    co_return;
  }
  ImageInfo info = InfoOfFetched(question.ref, *fetched);
  Answered(question, std::move(info), announced);
}

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

void TagCheck::Failed(Question& question, FetchError error) {
  TagOutcome& outcome = question.outcome;
  ImageRecord& record = outcome.record;
  question.now = timers_.Now();
  if (error.blame == Blame::tag) {
    const bool not_found = error.error.code == Errc::not_found;
    const bool before = record.failures > 0 && record.gone_since != Time{};
    const auto fate =
        FateOf(not_found ? TagFault::not_found : TagFault::bad_answer, HasGoodEntry(question.had), before);
    if (fate == EntryFate::missing) record.status = EntryStatus::missing;
    if (fate == EntryFate::failed) record.status = EntryStatus::failed;
    if (not_found && record.gone_since == Time{}) record.gone_since = question.now;
    const auto had = ScheduleOf(record);
    Apply(AfterTagFault(had, record.info.id.Canonical(), question.now, options_.retention), record);
    record.last_error = error.error.message;
    outcome.not_found = not_found;
    outcome.write = true;
  } else if (error.error.code != Errc::cancelled && question.had.has_value()) {
    const auto had = ScheduleOf(record);
    Apply(AfterOthersFault(had, question.now, options_.retention), record);
    record.last_error = error.error.message;
    outcome.write = true;
  } else if (!question.head.empty() && error.error.code != Errc::cancelled) {
    // Its digest costs nothing and is known; its facts have to wait (a pull budget, an outage).
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
