#include "refresh/tag_check.h"

#include <algorithm>
#include <memory>

#include "larder/facts.h"
#include "larder/refresh_rules.h"
#include "refresh/ask.h"
#include "refresh/facts_table_wait.h"
#include "refresh/tag_check_question.h"

namespace larder::refresh {
namespace {

// What the registry's header said before: kept apart only where it was not the digest of the bytes.
Digest AnnouncedBefore(const ImageRecord& record) {
  if (record.announced.empty()) return record.info.digest;
  return Digest::Parse(record.announced).value_or(record.info.digest);
}

void CountHead(const FetchResult<HeadResult>& head, TagCounters& counters) {
  const std::uint32_t heads = head.has_value() ? head->heads : head.error().heads;
  const std::uint32_t gets = head.has_value() ? head->manifest_gets : head.error().manifest_gets;
  counters.heads += heads;
  counters.manifest_gets += gets;
  if (!head.has_value() && heads + gets == 0 && WasSent(head.error())) ++counters.heads;
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

http::Task<TagOutcome> TagCheck::Ask(ImageRef ref, std::optional<ImageRecord> had, bool pulls_counted,
                                     std::stop_token stop) {
  Question question;
  question.ref = std::move(ref);
  question.had = std::move(had);
  question.stop = stop;
  question.now = timers_.Now();
  question.Start();
  co_await AskTag(question, pulls_counted);
  for (const Digest& digest : *question.owed) facts_.Failed(digest, question.ref.name().Registry());
  co_return std::move(question.outcome);
}

http::Task<void> TagCheck::AskTag(Question& question, bool pulls_counted) {
  const bool known = question.had.has_value() && !question.had->info.digest.empty();
  if (NextQuestion(known, pulls_counted, true) == larder::Question::get) {
    co_await Get(question);
    co_return;
  }
  std::string reference = question.ref.tag();
  Digest before_it = known ? AnnouncedBefore(*question.had) : Digest();
  FetchResult<HeadResult> head = co_await AskHead(client_, std::move(reference), std::move(before_it), question.stop);
  CountHead(head, question.outcome.counters);
  if (!head.has_value()) {
    Failed(question, std::move(head).error());
    co_return;
  }
  question.now = timers_.Now();
  question.head = head->digest;
  question.head_answered = true;
  // Without a good entry (pending, failed, missing) the same digest as before is no answer.
  if (!head->digest.empty() && HasGoodEntry(question.had)) {
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
  using Facts = std::optional<ManifestFacts>;
  std::function<void(http::Callback<Facts>::Done)> start = [&](http::Callback<Facts>::Done done) {
    AskTable(question.owed, digest, question.ref.name().Registry(), question.now, question.stop, std::move(done));
  };
  http::Callback<Facts> callback(start);
  Facts facts = co_await callback;
  co_return facts;
}

// Where the table has nobody else to ask, `owed` gets the digest; one that it has is answered with nullopt.
void TagCheck::AskTable(const Owed& owed, const Digest& digest, const std::string& host, Time now,
                        const std::stop_token& stop, Client::KnownDone done) {
  if (std::find(owed->begin(), owed->end(), digest) != owed->end()) {
    done(std::nullopt);
    return;
  }
  FactsDone noted = [owed, digest, done = std::move(done)](std::optional<ManifestFacts> facts, bool given_up) {
    if (!facts.has_value() && !given_up) owed->push_back(digest);
    done(std::move(facts));
  };
  AskFactsUntil(facts_, timers_, digest, host, now, urgency_, stop, std::move(noted));
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
  Client::KnownFacts known = [this, owed = question.owed, host = question.ref.name().Registry(), now = question.now,
                              stop = question.stop](const Digest& digest, Client::KnownDone done) {
    AskTable(owed, digest, host, now, stop, std::move(done));
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

}  // namespace larder::refresh
