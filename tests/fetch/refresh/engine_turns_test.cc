// Whose turn it is: what is asked for before a backlog, small repositories beside huge ones, one of several refreshers.
#include <map>
#include <set>

#include "faulty_store.h"
#include "larder/host_record.h"
#include "limited_registry.h"
#include "refresh/facts_table_wait.h"
#include "refresh/lease.h"
#include "world.h"

namespace larder::refresh {
namespace {

// One request a slot.
class LimitedTest : public ::testing::Test {
 protected:
  explicit LimitedTest(Duration slot, std::shared_ptr<Store> store = OpenMemoryStore({}).value())
      : slot_(slot),
        world_(std::move(store)),
        limited_(world_.timers, world_.registry, std::chrono::duration<double>(1) / slot) {}
  void TearDown() override { world_.Stop(); }

  void Fill(const std::string& name, int tags, int share) {
    for (int i = 0; i < tags; ++i) {
      world_.registry.SetTag(name, "v" + std::to_string(100'000 + i),
                             FakeImage(static_cast<std::uint64_t>(1 + i / share), world_.DaysAgo(30)));
    }
  }
  void Start(const std::vector<std::string>& images) {
    world_.engine = std::make_unique<Engine>(world_.timers, world_.executor, limited_, *world_.store, world_.options);
    world_.Start(images);
  }
  void AdvanceSlots(int slots) { world_.timers.Advance(slots * slot_); }
  bool IsComplete(const std::string& name) { return world_.Metadata(name).completeness == Completeness::complete; }

  const Duration slot_;
  World world_;
  LimitedRegistry limited_;
};

const std::string kHuge = "ghcr.io/a/huge";

class BacklogTest : public LimitedTest {
 protected:
  static constexpr int kBacklog = 100'000;
  BacklogTest() : LimitedTest(std::chrono::milliseconds(20)) {
    Fill(kHuge, kBacklog, 1000);
    Start({kHuge});
    AdvanceSlots(200);
  }

  void Want(const std::string& ref) {
    RefreshRequest request;
    request.ref = ImageRef::Parse(ref).value();
    world_.engine->RefreshNow(std::move(request), [this, ref](RefreshReport report) { told_[ref] = report; });
  }
  FakeCall NextServed() {
    const std::size_t before = limited_.served().size();
    AdvanceSlots(1);
    EXPECT_EQ(limited_.served().size(), before + 1);
    return limited_.served().back();
  }

  std::map<std::string, RefreshReport> told_;
};

TEST_F(BacklogTest, WhatIsAskedForIsServedInTheNextSlot) {
  EXPECT_GE(limited_.served().size(), 200U);
  Want(kHuge + ":v199998");
  EXPECT_EQ(NextServed().reference, "v199998");
  ASSERT_TRUE(told_.contains(kHuge + ":v199998"));
  EXPECT_TRUE(world_.Image(kHuge + ":v199998").has_value());

  world_.engine->Prioritize(ImageName::Parse(kHuge).value());
  EXPECT_EQ(NextServed().kind, Kind::tags);
  AdvanceSlots(200);
  // Now the backlog itself was asked for, and one tag still goes before it.
  Want(kHuge + ":v199999");
  EXPECT_EQ(NextServed().reference, "v199999");
  Want(kHuge);
  EXPECT_EQ(NextServed().kind, Kind::tags);
  // And once more at once: not before the pass has got somewhere, so that whoever asks all the time stops nothing.
  Want(kHuge);
  EXPECT_EQ(NextServed().kind, Kind::manifest);
  AdvanceSlots(100);

  std::set<std::string> asked;
  for (const auto& call : limited_.served()) {
    if (call.kind != Kind::manifest) continue;
    EXPECT_TRUE(asked.insert(call.reference).second) << call.reference << " was asked for twice";
  }
  EXPECT_GT(asked.size(), 450U);
  EXPECT_FALSE(told_.contains(kHuge));
}

TEST_F(BacklogTest, AnotherRepositoryIsServedBeforeIt) {
  Fill("ghcr.io/a/small", 3, 1);
  Want("ghcr.io/a/small");
  EXPECT_EQ(NextServed().repository, "ghcr.io/a/small");
  AdvanceSlots(3);
  ASSERT_TRUE(told_.contains("ghcr.io/a/small"));
  EXPECT_EQ(told_["ghcr.io/a/small"].added, 3U);
}

TEST(FactsTableTest, WhoeverIsMoreUrgentDoesNotWaitForAFetchInALongerQueue) {
  World world;
  FactsTable facts(world.executor, *world.store);
  std::vector<std::string> answers;
  const auto ask = [&](const std::string& who, Urgency urgency) {
    facts.Ask(FakeDigest(1), "registry.example", world.timers.Now(), urgency,
              [&answers, who](std::optional<ManifestFacts> found) {
                answers.push_back(who + (found.has_value() ? " has them" : " fetches"));
              });
    world.timers.RunReady();
  };
  ask("first", Urgency::background);
  ask("second", Urgency::background);
  ask("urgent", Urgency::now);
  ask("urgent too", Urgency::now);
  EXPECT_THAT(answers, ElementsAre("first fetches", "urgent fetches"));
  facts.Fetched(FakeImage(1, Timestamp()));
  EXPECT_THAT(answers, ElementsAre("first fetches", "urgent fetches", "second has them", "urgent too has them"));
}

TEST(FactsTableTest, WhoeverIsStoppedWaitsNoLongerAndPassesOnWhatItIsAskedFor) {
  World world;
  FactsTable facts(world.executor, *world.store);
  std::vector<std::string> answers;
  std::stop_source stop;
  const auto ask = [&](const std::string& who, const std::stop_token& token) {
    AskFactsUntil(facts, world.timers, FakeDigest(1), "registry.example", world.timers.Now(), Urgency::background,
                  token, [&answers, who](std::optional<ManifestFacts> found, bool given_up) {
                    answers.push_back(who + (given_up ? " gave up" : found.has_value() ? " has them" : " fetches"));
                  });
    world.timers.RunReady();
  };
  ask("first", {});
  ask("stopped", stop.get_token());
  ask("third", {});
  stop.request_stop();
  world.timers.RunReady();
  EXPECT_THAT(answers, ElementsAre("first fetches", "stopped gave up"));
  facts.Failed(FakeDigest(1), "registry.example");
  EXPECT_THAT(answers, ElementsAre("first fetches", "stopped gave up", "third fetches"));
  facts.Fetched(FakeImage(1, Timestamp()));
  ask("late", stop.get_token());
  EXPECT_EQ(answers.back(), "late has them");
}

TEST(FactsTableTest, NobodyWaitsForAnotherHostAndWhatOneBringsServesAll) {
  World world;
  FactsTable facts(world.executor, *world.store);
  std::vector<std::string> answers;
  const auto ask = [&](const std::string& who, const std::string& host) {
    facts.Ask(FakeDigest(1), host, world.timers.Now(), Urgency::background,
              [&answers, who](std::optional<ManifestFacts> found) {
                answers.push_back(who + (found.has_value() ? " has them" : " fetches"));
              });
    world.timers.RunReady();
  };
  ask("first", "slow.example");
  ask("second", "slow.example");
  ask("other", "quick.example");
  EXPECT_THAT(answers, ElementsAre("first fetches", "other fetches"));
  facts.Fetched(FakeImage(1, Timestamp()));
  EXPECT_THAT(answers, ElementsAre("first fetches", "other fetches", "second has them"));
  facts.Failed(FakeDigest(1), "slow.example");
  ask("late", "slow.example");
  EXPECT_EQ(answers.back(), "late has them");
}

class FairnessTest : public LimitedTest {
 protected:
  FairnessTest() : LimitedTest(std::chrono::milliseconds(10)) {}
};

TEST_F(FairnessTest, ASmallRepositoryDoesNotWaitForHugeOnesOfItsHost) {
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) names.push_back("ghcr.io/a/huge" + std::to_string(i));
  for (const auto& name : names) Fill(name, 10'000, 100);
  Fill("ghcr.io/a/small", 3, 1);
  names.push_back("ghcr.io/a/small");
  Start(names);
  int slots = 0;
  for (; slots < 2000 && !IsComplete("ghcr.io/a/small"); slots += 10) AdvanceSlots(10);
  // A slice of each of the four, what they have in flight by then, and its own behind them.
  EXPECT_LE(slots, 4 * (64 + 3 * 32) + 100);

  // The huge ones take turns with it and each other, and go on where they left off: no listing but the first.
  AdvanceSlots(4000 - slots);
  std::map<std::string, int> listings, manifests;
  for (const auto& call : limited_.served()) ++(call.kind == Kind::tags ? listings : manifests)[call.repository];
  for (const auto& name : names) EXPECT_EQ(listings[name], 1) << name;
  for (int i = 0; i < 4; ++i) EXPECT_GT(manifests[names[static_cast<std::size_t>(i)]], 500) << i;
}

TEST_F(FairnessTest, WhatATurnLeavesIsDoneByTheNext) {
  world_.options.cycles_per_host = 1;
  for (const char* name : {"ghcr.io/a/one", "ghcr.io/a/two"}) Fill(name, 500, 10);
  Start({"ghcr.io/a/one", "ghcr.io/a/two"});
  AdvanceSlots(1100);
  EXPECT_TRUE(IsComplete("ghcr.io/a/one"));
  EXPECT_TRUE(IsComplete("ghcr.io/a/two"));
  EXPECT_EQ(limited_.served().size(), 1002U);
  // They took turns.
  const auto& served = limited_.served();
  std::size_t changes = 0;
  for (std::size_t i = 1; i < served.size(); ++i) changes += served[i].repository != served[i - 1].repository;
  EXPECT_GE(changes, 6U);
}

std::shared_ptr<FaultyStore> SharedMemory() {
  auto store = std::make_shared<FaultyStore>(OpenMemoryStore({}).value(), 1);
  store->Share();
  return store;
}

const std::string kShared = "ghcr.io/a/shared";

// 300 tags take 25 minutes: longer than a lease.
class LeaseTest : public LimitedTest {
 protected:
  static constexpr unsigned kTags = 300;
  LeaseTest() : LimitedTest(std::chrono::seconds(5), SharedMemory()) {
    world_.options.list_interval = std::chrono::hours(10);
    Fill(kShared, kTags, 1);
  }

  void PutOther() {
    LeaseRecord lease;
    lease.name = kShared;
    lease.owner = "another";
    lease.expiry = world_.timers.Now() + kLeaseTime;
    WriteBatch batch;
    batch.Put(Key::Lease(kShared), BuildLeaseRecord(lease).value());
    ASSERT_TRUE(world_.store->Write(batch, {}).has_value());
  }
  std::string Owner() {
    RecordBuf buffer;
    if (!world_.store->Get(Key::Lease(kShared), buffer).has_value()) return "";
    return ReadLeaseRecord(Key::Lease(kShared), buffer.bytes()).value().owner;
  }
};

TEST_F(LeaseTest, ACycleLongerThanALeaseKeepsIt) {
  LimitedRegistry limited_too(world_.timers, world_.registry, 0.2);
  Engine other(world_.timers, world_.executor, limited_too, *world_.store, world_.options);
  Start({kShared});
  std::vector<SourcedImage> images(1);
  images[0].ref = ImageRef::Parse(kShared).value();
  other.Start(MakeListSource(images));
  const std::string owner = Owner();
  EXPECT_NE(owner, "");
  world_.timers.Advance(std::chrono::minutes(20));
  EXPECT_EQ(Owner(), owner);
  EXPECT_FALSE(IsComplete(kShared));
  world_.timers.Advance(std::chrono::minutes(10));
  EXPECT_TRUE(IsComplete(kShared));
  // Together what one would.
  EXPECT_EQ(world_.registry.Count(Kind::tags), 1U);
  EXPECT_EQ(world_.registry.Count(Kind::manifest), kTags);
  EXPECT_EQ(Owner(), "");
  other.Stop([] {});
  world_.timers.RunReady();
}

TEST_F(LeaseTest, WhoeverLosesItStopsAndLeavesItToTheOther) {
  Start({kShared});
  world_.timers.Advance(std::chrono::minutes(2));
  PutOther();
  world_.timers.Advance(std::chrono::minutes(4));  // past the renewal, at half of the time
  const auto calls = world_.registry.calls().size();
  const auto images = world_.Metadata(kShared).images.size();
  EXPECT_LT(images, 70U);
  EXPECT_EQ(Owner(), "another");
  world_.timers.Advance(std::chrono::minutes(5));
  EXPECT_EQ(world_.registry.calls().size(), calls);
  EXPECT_EQ(world_.Metadata(kShared).images.size(), images);
  EXPECT_EQ(Owner(), "another");
  // When the other's has ended, it goes on with the rest.
  world_.timers.Advance(std::chrono::minutes(30));
  EXPECT_TRUE(IsComplete(kShared));
  EXPECT_EQ(world_.registry.Count(Kind::tags), 1U);
}

// The answer of the work that comes after Hold is a while on its way.
class HoldingExecutor final : public Executor {
 public:
  explicit HoldingExecutor(testing::VirtualTimers& timers) : timers_(timers) {}
  void Hold(Duration next) { next_ = next; }
  void Execute(std::function<void()> work, std::function<void()> then) override {
    work();
    const Duration wait = std::exchange(next_, Duration(0));
    if (wait > Duration(0)) {
      timers_.At(timers_.Now() + wait, std::move(then));
    } else {
      timers_.Post(std::move(then));
    }
  }

 private:
  testing::VirtualTimers& timers_;
  Duration next_{0};
};

TEST_F(LeaseTest, WhoeverLosesItWhileItReadsWhatTheListingIsAboutPublishesNothing) {
  Start({kShared});
  world_.timers.Advance(std::chrono::minutes(2));
  world_.Stop();
  EXPECT_EQ(world_.Metadata(kShared).tags.size(), kTags);
  for (unsigned i = 200; i < kTags; ++i) world_.registry.RemoveTag(kShared, "v" + std::to_string(100'000 + i));
  world_.timers.Advance(std::chrono::hours(12));

  HoldingExecutor executor(world_.timers);
  int notified = 0;
  world_.options.notify = [&](const ImageName&) { ++notified; };
  world_.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind == Kind::tags) executor.Hold(std::chrono::minutes(6));  // past the renewal
    return std::nullopt;
  };
  world_.registry.ClearCounts();
  world_.engine = std::make_unique<Engine>(world_.timers, executor, limited_, *world_.store, world_.options);
  world_.Start({kShared});
  world_.timers.Advance(std::chrono::minutes(1));
  EXPECT_EQ(world_.registry.Count(Kind::tags), 1U);
  PutOther();
  world_.timers.Advance(std::chrono::minutes(7));
  EXPECT_EQ(world_.registry.calls().size(), 1U);
  EXPECT_EQ(world_.Metadata(kShared).tags.size(), kTags);
  EXPECT_EQ(notified, 0) << "nothing of it was written";
  world_.registry.fail = nullptr;
  world_.timers.Advance(std::chrono::minutes(60));
  EXPECT_TRUE(IsComplete(kShared));
  EXPECT_EQ(world_.Metadata(kShared).tags.size(), 200U);
  EXPECT_GT(notified, 0);
  world_.Stop();
}

TEST_F(LeaseTest, AKilledOwnersLeaseEnds) {
  PutOther();
  Start({kShared});
  world_.timers.Advance(kLeaseTime - std::chrono::seconds(1));
  EXPECT_EQ(world_.registry.calls().size(), 0U);
  world_.timers.Advance(kLeaseRetry + std::chrono::seconds(10));
  EXPECT_GT(world_.registry.calls().size(), 0U);
}

TEST_F(LeaseTest, OnlyItsOwnerRenewsAndDropsIt) {
  Store& store = *world_.store;
  const Time now = world_.timers.Now();
  EXPECT_TRUE(TakeLease(store, kShared, "a", now).value());
  EXPECT_FALSE(TakeLease(store, kShared, "b", now).value());
  EXPECT_FALSE(RenewLease(store, kShared, "b", now).value());
  DropLease(store, kShared, "b", now);
  EXPECT_EQ(Owner(), "a");
  EXPECT_TRUE(RenewLease(store, kShared, "a", now + std::chrono::minutes(5)).value());
  EXPECT_FALSE(TakeLease(store, kShared, "b", now + std::chrono::minutes(14)).value());
  EXPECT_TRUE(TakeLease(store, kShared, "a", now + std::chrono::minutes(14)).value())
      << "its own, which it could not drop";
  DropLease(store, kShared, "a", now + std::chrono::minutes(15));
  EXPECT_TRUE(TakeLease(store, kShared, "b", now + std::chrono::minutes(15)).value());
  EXPECT_TRUE(TakeLease(store, kShared, "a", now + std::chrono::minutes(26)).value()) << "it has ended";
}

}  // namespace
}  // namespace larder::refresh
