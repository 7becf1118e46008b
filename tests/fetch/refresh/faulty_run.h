// A month of a refresher whose registry and store fail at every port.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "faulty_store.h"
#include "larder/backoff.h"
#include "larder/tag_schedule.h"
#include "world.h"

namespace larder::refresh {

// So many of a hundred calls fail, records are lost, tags move. The first half of the tags are good: the registry
// always answers for them, whatever happens beside.
class FaultyRun {
 public:
  FaultyRun(unsigned percent, bool faulty_store)
      : percent_(percent),
        store_(std::make_shared<FaultyStore>(OpenMemoryStore({}).value(), percent)),
        world_(store_),
        random_(percent),
        faulty_store_(faulty_store) {
    world_.options.list_interval = kListing;
    world_.options.source_interval = std::chrono::hours(1);
    for (int i = 0; i < kTags; ++i) Move(i, static_cast<std::uint64_t>(i + 1));
    world_.registry.fail = [this](const FakeCall& call) { return Fault(call); };
  }

  void Run() {
    world_.Start({kName});
    if (faulty_store_) store_->FailPercent(percent_);
    for (int step = 0; step < 240; ++step) {
      store_->FailPercent(0);
      if (step % 10 == 0) Move(static_cast<int>(random_() % kTags), 1000 + static_cast<std::uint64_t>(step));
      if (faulty_store_ && step % 12 == 0) Evict();
      Check(step);
      if (faulty_store_ && !(Hopeless() && Works(step))) store_->FailPercent(percent_);
      world_.timers.Advance(kStep);
    }
    percent_ = 0;
    store_->FailPercent(0);
    world_.timers.Advance(9 * kDay);
  }

  // All of it is there, and as the registry has it now.
  void ExpectFresh() {
    const auto metadata = world_.Metadata(kName);
    EXPECT_EQ(metadata.completeness, Completeness::complete);
    EXPECT_EQ(metadata.images.size(), static_cast<std::size_t>(kTags));
    for (const auto& [tag, number] : digests_) {
      const auto image = world_.Image(std::string(kName) + ":" + tag);
      ASSERT_TRUE(image.has_value()) << tag;
      EXPECT_EQ(image->digest(), FakeDigest(number)) << tag;
    }
  }

  // How often a good tag was looked at, so that a run in which none could be judged is not taken for a good one.
  int judged() const { return judged_; }

 private:
  static constexpr int kTags = 16;
  static constexpr int kGoodTags = 8;
  static constexpr const char* kName = "alpine";
  static constexpr std::chrono::hours kListing{4};
  static constexpr std::chrono::hours kStep{3};
  // What may come between a good tag's deadline and its next question: the longest hold of its repository, for others'
  // faults, and where the store fails too, passes that come to nothing.
  static constexpr Duration kLongestHold = kCredentialBackoff.most * 11 / 10 + std::chrono::minutes(1);

  // Of a store of which every other call fails it cannot be said when a write comes through: it works again for a day
  // and a half of every three, and after a day of that everything is as if it had never failed.
  bool Hopeless() const { return faulty_store_ && percent_ > 10; }
  static bool Works(int step) { return step % 24 >= 12; }
  static bool WorksLong(int step) { return step % 24 >= 21; }

  Duration Slack() const { return kLongestHold + (faulty_store_ ? Duration(kStep) : Duration(0)); }

  static std::string TagOf(int index) { return "v" + std::to_string(100 + index); }
  static bool IsGood(const std::string& tag) { return tag < TagOf(kGoodTags); }

  void Move(int index, std::uint64_t number) {
    const std::string tag = TagOf(index);
    // Until then the new digest is to be there.
    const auto image = world_.Image(std::string(kName) + ":" + tag);
    const Time now = world_.timers.Now();
    seen_by_[tag] = std::max(now, image.has_value() ? image->deadline() : now) + Slack();
    world_.registry.SetTag(kName, tag, FakeImage(number, world_.DaysAgo(9)));
    digests_[tag] = number;
    history_[tag].insert(FakeDigest(number));
  }

  void Evict() {
    store_->Evict(3);
    evicted_ = world_.timers.Now();
  }

  std::optional<FetchError> Fault(const FakeCall& call) {
    if (random_() % 100 >= percent_ || IsGood(call.reference.empty() ? "z" : call.reference)) return std::nullopt;
    // A listing that is denied keeps its whole repository back, again and again: then nothing can be said of its tags.
    switch (random_() % (call.kind == Kind::tags ? 2 : 4)) {
      case 0:
        return FakeError(Errc::unavailable, Blame::host, 503);
      case 1:
        return FakeError(Errc::corruption, Blame::tag, 200);
      case 2:
        return FakeError(Errc::permission_denied, Blame::credential, 401);
      default:
        return FakeError(Errc::rate_limited, Blame::limit, 429);
    }
  }

  // What readers see is never more than what is there, and what could be asked for is fresh.
  void Check(int step) {
    const std::string where = std::to_string(percent_) + "% at step " + std::to_string(step);
    const auto metadata = world_.Metadata(kName);
    if (metadata.completeness == Completeness::complete) {
      EXPECT_EQ(metadata.tags.size(), static_cast<std::size_t>(kTags)) << where;
      EXPECT_EQ(metadata.images.size(), static_cast<std::size_t>(kTags)) << where;
    }
    if (!faulty_store_) ExpectCountsAsStored(metadata, where);
    for (int i = 0; i < kGoodTags; ++i) {
      if (!Hopeless() || WorksLong(step)) {
        ExpectGood(TagOf(i), where);
      } else {
        ExpectTrue(TagOf(i), where);
      }
    }
  }

  void ExpectGood(const std::string& tag, const std::string& where) {
    const Time now = world_.timers.Now();
    // What was just evicted is found by the next listing.
    if (now <= std::max(evicted_, begin_) + kListing * 11 / 10 + Slack() + kStep) return;
    ++judged_;
    const auto image = world_.Image(std::string(kName) + ":" + tag);
    ASSERT_TRUE(image.has_value()) << tag << ", " << where;
    EXPECT_EQ(image->failures(), 0U) << tag << ", " << where;
    EXPECT_LE(now, image->deadline() + Slack()) << tag << ", " << where;
    if (now <= seen_by_[tag]) return;
    EXPECT_EQ(image->digest(), FakeDigest(digests_[tag])) << tag << ", " << where;
  }

  // What there is, the registry has had, and the store's faults are not the tag's.
  void ExpectTrue(const std::string& tag, const std::string& where) {
    const auto image = world_.Image(std::string(kName) + ":" + tag);
    if (!image.has_value()) return;  // evicted
    ++judged_;
    EXPECT_EQ(image->failures(), 0U) << tag << ", " << where;
    EXPECT_TRUE(history_[tag].contains(image->digest())) << tag << ", " << where;
    EXPECT_LE(image->deadline(), world_.timers.Now() + kMaxDeadlineAhead) << tag << ", " << where;
  }

  void ExpectCountsAsStored(const RepositoryMetadata& metadata, const std::string& where) {
    const auto view = Cache(*world_.store).Repository(ImageName::Parse(kName).value(), world_.timers.Now());
    if (!view.has_value() || view->state().generation == 0) return;
    EXPECT_EQ(view->state().counts, metadata.counts) << where;
  }

  unsigned percent_;
  std::shared_ptr<FaultyStore> store_;
  World world_;
  std::mt19937 random_;
  bool faulty_store_;
  const Time begin_ = world_.timers.Now();
  Time evicted_{};
  std::map<std::string, std::uint64_t> digests_;
  std::map<std::string, std::set<Digest>> history_;
  std::map<std::string, Time> seen_by_;
  int judged_ = 0;
};

}  // namespace larder::refresh
