// A refresher whose registry and store fail, whose records are lost, and what it does beside refreshing.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "faulty_run.h"
#include "faulty_store.h"
#include "larder/refresh_rules.h"
#include "larder/store_over.h"
#include "limited_registry.h"
#include "refresh/engine.h"
#include "world.h"

namespace larder::refresh {
namespace {

const std::string kName = "alpine";

void ExpectFreshAtEveryRate(bool faulty_store) {
  for (const unsigned percent : {1U, 10U, 50U}) {
    SCOPED_TRACE(percent);
    FaultyRun run(percent, faulty_store);
    run.Run();
    run.ExpectFresh();
    EXPECT_GT(run.judged(), 300);
  }
}

TEST(EngineFaults, WithFailingRequestsGoodTagsAreFreshAndNothingIsFalselyComplete) { ExpectFreshAtEveryRate(false); }

TEST(EngineFaults, WithAFailingStoreAndLostRecordsToo) { ExpectFreshAtEveryRate(true); }

TEST_F(EngineTest, RequestsThatFailedAreCounted) {
  Fill(kName, 10);
  world.registry.fail = [](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind == Kind::tags || call.reference != "v1003") return std::nullopt;
    return FakeError(Errc::corruption, Blame::tag, 200, "not JSON");
  };
  EXPECT_EQ(world.Refresh(kName).manifest_gets, 10U);
  // What the host's limits forbid is not sent, and not counted.
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind == Kind::tags) return std::nullopt;
    return FakeError(Errc::rate_limited, Blame::limit, 0, "banned", world.timers.Now() + kDay);
  };
  const auto report = world.Refresh(kName, true);
  EXPECT_EQ(report.heads + report.manifest_gets, 0U);
}

// As where it was fetched: the images whose platform the index does not state are looked at in turn.
TEST_F(EngineTest, ATagThatMovesToAKnownIndexOfUnstatedChildrenCostsNoGet) {
  auto windows = FakeImage(11, world.DaysAgo(3));
  windows.platform = Platform::Parse("windows/amd64").value();
  const auto linux = FakeImage(12, world.DaysAgo(4));
  const auto other = FakeImage(13, world.DaysAgo(5));
  for (const auto& facts : {windows, linux, other}) world.registry.AddFacts(facts);
  const auto index =
      FakeIndex(20, {{Platform(), windows.digest}, {Platform(), linux.digest}, {Platform(), other.digest}});
  world.registry.SetTag(kName, "a", index);
  world.registry.SetTag(kName, "b", FakeImage(30, world.DaysAgo(1)));
  EXPECT_EQ(world.Refresh(kName).completeness, Completeness::complete);
  ASSERT_TRUE(world.Image("alpine:a").has_value());
  EXPECT_EQ(world.Image("alpine:a")->platform_digest(), linux.digest);

  world.registry.SetTag(kName, "b", index);
  const auto report = world.Refresh("alpine:b");
  EXPECT_EQ(report.moved, 1U);
  EXPECT_EQ(report.heads, 1U);
  EXPECT_EQ(report.manifest_gets, 0U);
  ASSERT_TRUE(world.Image("alpine:b").has_value());
  EXPECT_EQ(world.Image("alpine:b")->platform_digest(), linux.digest);
}

// Both find no record of it, ask, and write one.
TEST_F(EngineTest, ANewTagThatIsAskedForBesideAPassIsCountedOnce) {
  Fill(kName, 50);
  world.options.in_flight = 1;
  int asked = 0;
  std::optional<RefreshReport> one;
  RepositoryCounts beside;
  const auto stored = [this] {
    const auto view = Cache(*world.store).Repository(ImageName::Parse(kName).value(), world.timers.Now());
    return view.has_value() ? view->state().counts : RepositoryCounts();
  };
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.reference == "v1049") {
      return FakeError(Errc::rate_limited, Blame::limit, 429, "later", world.timers.Now() + kDay);
    }
    if (call.reference != "v1000" || asked++ > 0) return std::nullopt;
    world.timers.Post([&] {
      RefreshRequest request;
      request.ref = ImageRef::Parse("alpine:v1000").value();
      world.engine->RefreshNow(std::move(request), [&](RefreshReport report) {
        one = std::move(report);
        beside = stored();
      });
    });
    return std::nullopt;
  };
  world.Start({kName});
  EXPECT_EQ(asked, 2);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->added, 1U);
  EXPECT_EQ(beside.known, 1U) << "the pass has not written yet";
  EXPECT_EQ(beside.pending, 49U);
  const RepositoryCounts counts = stored();
  EXPECT_EQ(counts.tags, 50U);
  EXPECT_EQ(counts.known, 49U);
  EXPECT_EQ(counts.pending, 1U);
  EXPECT_EQ(world.Metadata(kName).completeness, Completeness::partial);
}

class CountedStore final : public StoreOver {
 public:
  explicit CountedStore(std::shared_ptr<Store> next) : StoreOver(*next), next_(std::move(next)) {}
  Result<void> Get(const Key& key, RecordBuf& buffer) override {
    ++reads;
    return StoreOver::Get(key, buffer);
  }
  Result<std::unique_ptr<Reader>> OpenReader() override {
    ++reads;
    return StoreOver::OpenReader();
  }
  int reads = 0;

 private:
  std::shared_ptr<Store> next_;
};

// No two of them change the same.
TEST_F(EngineTest, DifferentTagsThatAreAskedForAtOnceReadNoMoreThanOneAfterAnother) {
  const auto store = std::make_shared<CountedStore>(OpenMemoryStore({}).value());
  World other(store);
  for (unsigned i = 0; i < 20; ++i) {
    other.registry.SetTag(kName, "v" + std::to_string(1000 + i), FakeImage(1 + i, other.DaysAgo(30)));
  }
  other.registry.fail = [](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind == Kind::tags) return std::nullopt;
    return FakeError(Errc::corruption, Blame::tag, 200, "not JSON");
  };
  other.Refresh(kName);
  other.registry.fail = nullptr;
  const auto ask_ten = [&](int first, bool at_once) {
    const int before = store->reads;
    unsigned added = 0;
    for (int i = first; i < first + 10; ++i) {
      RefreshRequest request;
      request.ref = ImageRef::Parse(kName + ":v" + std::to_string(i)).value();
      other.engine->RefreshNow(std::move(request), [&](const RefreshReport& report) { added += report.added; });
      if (!at_once) other.timers.RunReady();
    }
    other.timers.RunReady();
    EXPECT_EQ(added, 10U);
    return store->reads - before;
  };
  const int one_by_one = ask_ten(1000, false);
  EXPECT_LE(ask_ten(1010, true), one_by_one);
  const auto view = Cache(*store).Repository(ImageName::Parse(kName).value(), other.timers.Now());
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->state().counts.known, 20U);
  EXPECT_EQ(view->state().counts.failing, 0U);
}

// Of the listing it is known to the pass alone.
TEST_F(EngineTest, ATagThatIsAskedForWhileAPassFindsItIsCountedToo) {
  Fill(kName, 3);
  world.Start({kName});
  world.registry.SetTag(kName, "new", FakeImage(77, world.DaysAgo(1)));
  std::vector<RefreshReport> reports;
  for (const char* ref : {"alpine:new", "alpine", "alpine:new"}) {
    RefreshRequest request;
    request.ref = ImageRef::Parse(ref).value();
    world.engine->RefreshNow(std::move(request), [&](RefreshReport report) { reports.push_back(std::move(report)); });
  }
  world.timers.RunReady();
  ASSERT_EQ(reports.size(), 3U);
  const auto view = Cache(*world.store).Repository(ImageName::Parse(kName).value(), world.timers.Now());
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->state().counts.tags, 4U);
  EXPECT_EQ(view->state().counts.known, 4U);
  EXPECT_EQ(view->state().counts.pending, 0U);
  EXPECT_EQ(view->completeness(), Completeness::complete);
}

TEST_F(EngineTest, WhatHasExpiredIsDropped) {
  Fill(kName, 20);
  world.Refresh(kName);
  const auto before = world.store->Stats()->records;
  world.timers.Advance(31 * kDay);  // nobody asks for it
  world.Start({});
  EXPECT_EQ(world.store->Stats()->records, before);
  world.timers.Advance(std::chrono::hours(1));
  EXPECT_EQ(world.store->Stats()->records, 0U);
}

TEST_F(EngineTest, AClockThatIsADayLongMoreThanAWeekAheadIsBelieved) {
  std::vector<std::string> warnings;
  world.options.log = [&](LogLevel, std::string_view line) { warnings.emplace_back(line); };
  world.Start({});
  world.timers.Advance(std::chrono::hours(1));  // a first collection
  world.Stop();
  Fill(kName, 3);
  world.Refresh(kName);
  world.Stop();
  world.timers.Advance(40 * kDay);
  world.Start({});
  world.timers.Advance(std::chrono::hours(2));
  EXPECT_GT(world.store->Stats()->records, 0U);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("check the clock")));
  world.timers.Advance(2 * kDay);
  EXPECT_EQ(world.store->Stats()->records, 0U);
  EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(EngineTest, NotifySaysThatSomethingChangedAndNothingElse) {
  std::vector<std::string> notified;
  world.options.notify = [&](const ImageName& name) { notified.push_back(name.Canonical()); };
  Fill(kName, 5);
  Fill("ghcr.io/a/b", 5);
  world.Start({kName, "ghcr.io/a/b"});
  EXPECT_EQ(notified.size(), 2U);
  notified.clear();
  world.timers.Advance(std::chrono::hours(1));
  EXPECT_THAT(notified, IsEmpty());
  world.registry.SetTag("ghcr.io/a/b", "v1002", FakeImage(77, world.DaysAgo(0)));
  world.Refresh("ghcr.io/a/b:v1002");
  world.Refresh("ghcr.io/a/b:v1002");
  EXPECT_THAT(notified, ElementsAre("ghcr.io/a/b"));
}

TEST_F(EngineTest, AReloadAsksTheSourceAtOnce) {
  Fill(kName, 2);
  std::vector<SourcedImage> images;
  int asked = 0;
  world.Boot();
  world.engine->Start(MakeCallbackSource([&]() -> Result<std::vector<SourcedImage>> {
    ++asked;
    return images;
  }));
  world.timers.RunReady();
  images.resize(1);
  images[0].ref = ImageRef::Parse(kName).value();
  world.engine->Reload();
  world.timers.RunReady();
  EXPECT_EQ(world.Metadata(kName).images.size(), 2U);
  // And a minute after that again, not twice.
  world.timers.Advance(std::chrono::seconds(61));
  EXPECT_EQ(asked, 3);
}

TEST_F(EngineTest, StatusSaysSinceWhenWhatIsDueIsDue) {
  Fill(kName, 2);
  world.options.list_interval = std::chrono::hours(1);
  world.Start({kName});
  EXPECT_EQ(world.engine->GetStatus().due, 0U);
  EXPECT_FALSE(world.engine->GetStatus().oldest_due.has_value());
  EXPECT_EQ(world.engine->GetStatus().tags, 2U);
  // A ban moves what is tried next, not since when it is due: the listing, after an hour and a tenth either way.
  const Time begin = world.timers.Now();
  const Time until = begin + std::chrono::hours(12);
  world.registry.fail = [&](const FakeCall&) -> std::optional<FetchError> {
    if (world.timers.Now() >= until) return std::nullopt;
    return FakeError(Errc::rate_limited, Blame::limit, 429, "banned", until);
  };
  for (const int hours : {3, 11}) {
    world.timers.AdvanceTo(begin + std::chrono::hours(hours));
    const auto status = world.engine->GetStatus();
    EXPECT_EQ(status.due, 0U) << "nothing waits for its turn";
    ASSERT_TRUE(status.oldest_due.has_value()) << hours;
    EXPECT_GE(*status.oldest_due, begin + std::chrono::minutes(54));
    EXPECT_LE(*status.oldest_due, begin + std::chrono::minutes(66));
  }
  world.timers.AdvanceTo(until + std::chrono::minutes(30));
  EXPECT_FALSE(world.engine->GetStatus().oldest_due.has_value());
}

// What is written, and when.
class RecordingStore final : public StoreOver {
 public:
  struct Written {
    Time at;
    std::size_t images = 0;
  };
  explicit RecordingStore(std::shared_ptr<Store> next) : StoreOver(*next), next_(std::move(next)) {}
  std::vector<Written> writes;  // those with images

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override {
    Written written;
    written.at = options.now;
    for (const WriteOp* op : ops) written.images += op->key.kind() == RecordKind::image ? 1U : 0U;
    if (written.images > 0) writes.push_back(written);
    return StoreOver::DoWrite(ops, options, results);
  }

 private:
  std::shared_ptr<Store> next_;
};

class BatchTest : public ::testing::Test {
 protected:
  void Fill(int tags) {
    const auto facts = FakeImage(1, world_.DaysAgo(30));
    for (int i = 0; i < tags; ++i) world_.registry.SetTag(kName, "v" + std::to_string(10'000 + i), facts);
  }
  std::shared_ptr<RecordingStore> store_ = std::make_shared<RecordingStore>(OpenMemoryStore({}).value());
  World world_{store_};
};

TEST_F(BatchTest, AsManyRecordsAsOneWriteTakes) {
  Fill(3000);
  world_.Refresh(kName);
  std::size_t images = 0;
  for (const auto& write : store_->writes) {
    EXPECT_LE(write.images, kMaxBatch);
    images += write.images;
  }
  EXPECT_EQ(images, 3000U);
  EXPECT_LE(store_->writes.size(), 3000 / 500 + 2U) << "most are full";
}

TEST_F(BatchTest, NoneWaitsForLongerThanASecond) {
  Fill(200);
  LimitedRegistry limited(world_.timers, world_.registry, 10);
  world_.engine = std::make_unique<Engine>(world_.timers, world_.executor, limited, *world_.store, world_.options);
  world_.Start({kName});
  std::vector<Time> answered;
  const auto images_written = [&] {
    std::size_t images = 0;
    for (const auto& write : store_->writes) images += write.images;
    return images;
  };
  const Time begin = world_.timers.Now();
  while (world_.timers.Now() < begin + std::chrono::seconds(30)) {
    world_.timers.Advance(std::chrono::milliseconds(100));
    const std::size_t asked = limited.served().size();
    while (answered.size() < asked) answered.push_back(world_.timers.Now());
    const Time due = world_.timers.Now() - kMaxHeld - std::chrono::milliseconds(100);
    const auto old = std::count_if(answered.begin(), answered.end(), [&](Time at) { return at <= due; });
    EXPECT_GE(images_written() + 1, static_cast<std::size_t>(old)) << "all but the listing";
  }
  EXPECT_EQ(images_written(), 200U);
  // And they are not written one by one.
  EXPECT_LE(store_->writes.size(), 25U);
  world_.Stop();
}

// Refreshers over one store that hosts share, as many as said, for a day; what the registry was asked.
std::size_t CallsOf(int refreshers) {
  auto store = std::make_shared<FaultyStore>(OpenMemoryStore({}).value(), 1);
  store->Share();
  World world(store);
  world.options.list_interval = std::chrono::hours(1);
  world.options.source_interval = std::chrono::hours(1);
  const std::vector<std::string> names = {"alpine", "ghcr.io/a/b", "quay.io/c/d"};
  for (const auto& name : names) {
    for (int i = 0; i < 20; ++i) {
      world.registry.SetTag(name, "v" + std::to_string(100 + i),
                            FakeImage(static_cast<std::uint64_t>(i + 1), world.DaysAgo(2)));
    }
  }
  std::vector<std::unique_ptr<Engine>> others;
  for (int i = 1; i < refreshers; ++i) {
    others.push_back(
        std::make_unique<Engine>(world.timers, world.executor, world.registry, *world.store, world.options));
    std::vector<SourcedImage> images(names.size());
    for (std::size_t n = 0; n < names.size(); ++n) images[n].ref = ImageRef::Parse(names[n]).value();
    others.back()->Start(MakeListSource(images));
  }
  world.Start(names);
  world.timers.Advance(kDay);
  for (const auto& name : names) EXPECT_EQ(world.Metadata(name).completeness, Completeness::complete) << name;
  for (auto& other : others) {
    other->Stop([] {});
    world.timers.RunReady();
  }
  return world.registry.calls().size();
}

TEST(SharedStore, SeveralRefreshersSendTogetherWhatOneWould) {
  const auto alone = static_cast<double>(CallsOf(1));
  EXPECT_NEAR(static_cast<double>(CallsOf(2)), alone, alone * 0.03);
  EXPECT_NEAR(static_cast<double>(CallsOf(4)), alone, alone * 0.03);
}

}  // namespace
}  // namespace larder::refresh
