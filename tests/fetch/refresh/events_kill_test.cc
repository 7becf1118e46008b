// Events of a refresher that is killed, and of the one after it: whatever the moment, no change is missed.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "killing_store.h"
#include "limited_registry.h"
#include "refresh/engine.h"
#include "world.h"

namespace larder::refresh {
namespace {

// A history that is killed around one of its writes, and goes on in another process.
class KilledHistory {
 public:
  using Act = std::function<void(World&)>;
  // `base` is a store before the history, `registry` what there is then, `act` what the refresher does.
  KilledHistory(std::shared_ptr<Store> base, Act registry, Act act)
      : base_(std::move(base)), registry_(std::move(registry)), act_(std::move(act)) {}

  // Killed at that write; the events of both lives. write 0: not killed.
  std::map<std::string, int> Run(int write, bool after) {
    auto store = std::make_shared<KillingStore>(KillingStore(base_).Copy());
    std::shared_ptr<Store> left;
    std::size_t told = 0;
    Time end{};
    World first(store);
    store->around = [&](int number, bool done) {
      if (number != write || done != after) return;
      left = store->Copy();
      told = first.events.size();
      end = first.timers.Now();
    };
    Live(first, testing::VirtualTimers::kStart + std::chrono::hours(1));
    writes_ = store->writes();
    if (left == nullptr) told = first.events.size();
    std::map<std::string, int> events;
    const auto texts = first.EventTexts();
    for (std::size_t i = 0; i < told; ++i) ++events[texts[i]];
    if (left == nullptr) return events;
    World second(left);
    Live(second, end);
    for (const auto& text : second.EventTexts()) ++events[text];
    return events;
  }
  int writes() const { return writes_; }

 private:
  void Live(World& world, Time begin) {
    world.timers.AdvanceTo(begin);
    registry_(world);
    world.Start({"alpine"});
    act_(world);
  }
  std::shared_ptr<Store> base_;
  Act registry_, act_;
  int writes_ = 0;
};

std::shared_ptr<Store> StoreOfThreeTags(const std::function<void(World&)>& registry) {
  World world;
  registry(world);
  world.Start({"alpine"});
  world.Stop();
  return world.store;
}

void ThreeTags(World& world) {
  for (int i = 0; i < 3; ++i) {
    world.registry.SetTag("alpine", "v" + std::to_string(1000 + i),
                          FakeImage(static_cast<std::uint64_t>(1 + i), world.DaysAgo(30)));
  }
}

// Killed before and after each of its writes, one run each.
void ExpectNoMiss(KilledHistory history, const std::vector<std::string>& expected) {
  std::map<std::string, int> once;
  for (const auto& text : expected) once[text] = 1;
  EXPECT_EQ(history.Run(0, false), once) << "without a kill each is told once";
  const int writes = history.writes();
  EXPECT_GE(writes, 3);
  for (int write = 1; write <= writes; ++write) {
    for (const bool after : {false, true}) {
      const auto told = history.Run(write, after);
      std::vector<std::string> texts;
      for (const auto& [text, times] : told) {
        texts.push_back(text);
        EXPECT_LE(times, 2) << text << ", killed " << (after ? "after" : "before") << " write " << write;
      }
      EXPECT_THAT(texts, ::testing::UnorderedElementsAreArray(expected))
          << "killed " << (after ? "after" : "before") << " write " << write;
    }
  }
}

TEST(EventsAroundAKill, TagsThatMoveComeAndGoAreAllTold) {
  const auto registry = [](World& world) {
    ThreeTags(world);
    world.registry.SetTag("alpine", "v1000", FakeImage(51, world.DaysAgo(0)));
    world.registry.SetTag("alpine", "v2000", FakeImage(52, world.DaysAgo(0)));
    world.registry.RemoveTag("alpine", "v1001");
  };
  const auto act = [](World& world) {
    world.Refresh("alpine", true);
    world.timers.Advance(std::chrono::hours(1));
  };
  ExpectNoMiss(KilledHistory(StoreOfThreeTags(ThreeTags), registry, act),
               {"tag_added alpine:v2000", "tag_moved alpine:v1000", "tag_removed alpine:v1001"});
}

TEST(EventsAroundAKill, AnOutageIsToldAndItsEnd) {
  const auto registry = [](World& world) {
    ThreeTags(world);
    world.registry.fail = [&timers = world.timers](const FakeCall&) -> std::optional<FetchError> {
      if (timers.Now() >= testing::VirtualTimers::kStart + std::chrono::hours(2)) return std::nullopt;
      return FakeError(Errc::unavailable, Blame::host, 0, "no route");
    };
  };
  const auto act = [](World& world) { world.timers.Advance(std::chrono::minutes(100)); };
  ExpectNoMiss(KilledHistory(StoreOfThreeTags(ThreeTags), registry, act),
               {"repository_failed alpine", "repository_recovered alpine"});
}

TEST(EventsAroundAKill, MoreThanCanBeNotedIsToldAsOne) {
  const auto registry = [](World& world) {
    ThreeTags(world);
    for (int i = 0; i < 200; ++i) {
      world.registry.SetTag("alpine", "w" + std::to_string(1000 + i), FakeImage(7, world.DaysAgo(3)));
    }
  };
  KilledHistory history(StoreOfThreeTags(ThreeTags), registry,
                        [](World& world) { world.timers.Advance(std::chrono::hours(1)); });
  EXPECT_EQ(history.Run(0, false).size(), 200U);
  bool stood_for_all = false;
  for (int write = 1; write <= 4; ++write) {
    const auto told = history.Run(write, true);
    const bool all = told.contains("repository_listed alpine");
    EXPECT_TRUE(all || told.size() == 200U) << write;
    stood_for_all = stood_for_all || all;
  }
  EXPECT_TRUE(stood_for_all);
}

// A hundred tags that have all moved, asked for one request in five seconds.
class LongPassTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kTags = 100;
  LongPassTest() : first_(store_), limited_(first_.timers, first_.registry, 0.2) {
    Fill(first_, 1);
    first_.Refresh("alpine");
    first_.Stop();
    Fill(first_, 1000);
    first_.events.clear();
    first_.engine = std::make_unique<Engine>(first_.timers, first_.executor, limited_, *first_.store, first_.options);
    RefreshRequest request;
    request.ref = ImageRef::Parse("alpine").value();
    request.all = true;
    first_.engine->RefreshNow(std::move(request), [this](RefreshReport) { ended_ = true; });
  }
  void TearDown() override { first_.Stop(); }

  static void Fill(World& world, std::uint64_t number) {
    for (std::size_t i = 0; i < kTags; ++i) {
      world.registry.SetTag("alpine", "v" + std::to_string(1000 + i), FakeImage(number + i, world.DaysAgo(30)));
    }
  }
  // Killed now: what the next process tells.
  std::vector<Event> ToldAfterAKill() {
    World second(store_->Copy());
    second.timers.AdvanceTo(first_.timers.Now());
    Fill(second, 1000);
    second.Refresh("alpine", true);
    return second.events;
  }

  std::shared_ptr<KillingStore> store_ = std::make_shared<KillingStore>(OpenMemoryStore({}).value());
  World first_;
  LimitedRegistry limited_;
  bool ended_ = false;
};

TEST_F(LongPassTest, AKillRepeatsNothingThatWasToldLongBefore) {
  for (const int minutes : {8, 12, 15}) {
    SCOPED_TRACE(minutes);
    first_.timers.AdvanceTo(testing::VirtualTimers::kStart + std::chrono::minutes(minutes));
    ASSERT_FALSE(ended_);
    std::map<std::string, int> told;
    std::map<std::string, Time> at;
    for (const auto& event : first_.events) {
      EXPECT_EQ(++told[event.ref.tag()], 1) << event.ref.tag();
      at[event.ref.tag()] = event.at;
    }
    EXPECT_GT(told.size(), 10U);
    for (const auto& event : ToldAfterAKill()) {
      EXPECT_EQ(event.kind, EventKind::tag_moved) << "none was too many to be noted: " << event.text;
      const std::string tag = event.ref.tag();
      if (++told[tag] > 1) {
        EXPECT_LE(first_.timers.Now() - at[tag], 2 * kMaxHeld) << tag;
      }
    }
    EXPECT_EQ(told.size(), kTags) << "and none is missed";
  }
}

TEST_F(LongPassTest, WhatWasToldIsForgottenWithoutAnotherAnswer) {
  first_.timers.Advance(std::chrono::minutes(8));
  const std::size_t told = first_.events.size();
  EXPECT_GT(told, 10U);
  while (first_.events.size() == told) first_.timers.Advance(std::chrono::milliseconds(100));
  const int writes = store_->writes();
  first_.timers.Advance(2 * kMaxHeld);
  EXPECT_EQ(first_.events.size(), told + 1);
  EXPECT_EQ(store_->writes(), writes + 1) << "the state, without the note";
  EXPECT_EQ(ToldAfterAKill().size() + first_.events.size(), kTags);
}

TEST(EventsOfAFailingStore, WhatWasStoredWithoutAnAnswerIsToldByTheNextPass) {
  auto store = std::make_shared<KillingStore>(OpenMemoryStore({}).value());
  World world(store);
  ThreeTags(world);
  world.Start({"alpine"});
  world.events.clear();
  world.registry.SetTag("alpine", "v1000", FakeImage(51, world.DaysAgo(0)));
  store->lies = true;
  EXPECT_GT(world.Refresh("alpine:v1000").write_failures, 0U);
  EXPECT_THAT(world.EventTexts(), IsEmpty());
  store->lies = false;
  world.Refresh("alpine:v1000");
  EXPECT_THAT(world.EventTexts(), ElementsAre("tag_moved alpine:v1000"));
  world.timers.Advance(std::chrono::hours(1));
  EXPECT_EQ(world.events.size(), 1U);
}

TEST(EventsOfAFailingStore, ATagWhoseRecordCannotBeRemovedStaysListedUntilItCanAndIsToldThen) {
  auto store = std::make_shared<KillingStore>(OpenMemoryStore({}).value());
  World world(store);
  ThreeTags(world);
  world.Start({"alpine"});
  world.events.clear();
  world.registry.RemoveTag("alpine", "v1001");
  store->refuses_removals = true;
  world.timers.Advance(std::chrono::hours(3));
  EXPECT_THAT(world.EventTexts(), IsEmpty());
  EXPECT_EQ(world.Metadata("alpine").tags.size(), 3U);
  EXPECT_EQ(world.Metadata("alpine").counts.tags, 3U);
  store->refuses_removals = false;
  world.timers.Advance(kDay);
  EXPECT_THAT(world.EventTexts(), ElementsAre("tag_removed alpine:v1001"));
  EXPECT_EQ(world.Metadata("alpine").tags.size(), 2U);
}

}  // namespace
}  // namespace larder::refresh
