// Events over scripted histories: none twice, none missed, also where the store loses records and the process is
// killed.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "killing_store.h"
#include "larder/refresh_rules.h"
#include "refresh/engine.h"
#include "world.h"

namespace larder::refresh {
namespace {

constexpr std::chrono::minutes kListing{6};  // longer than between two listings

class Events : public EngineTest {
 protected:
  ImageName Name() const { return ImageName::Parse("alpine").value(); }
  std::string Canonical() const { return Name().Canonical(); }
  void Drop(const std::vector<Key>& keys) {
    WriteBatch batch;
    for (const Key& key : keys) batch.Remove(key);
    EXPECT_TRUE(world.store->Write(batch, {}).has_value());
  }
  Key Block(std::uint32_t block) {
    const auto view = Cache(*world.store).Repository(Name(), world.timers.Now());
    return Key::TagBlock(Canonical(), view->state().generation, block);
  }
  // What was told since the last call.
  std::vector<std::string> News() {
    auto texts = world.EventTexts();
    world.events.clear();
    return texts;
  }
  void FailWith(Errc code, Blame blame, int status, std::function<bool(const FakeCall&)> where = {}) {
    world.registry.fail = [=](const FakeCall& call) -> std::optional<FetchError> {
      if (where && !where(call)) return std::nullopt;
      return FakeError(code, blame, status);
    };
  }
};

TEST_F(Events, AFirstListingTellsTheRepositoryAloneWhateverItHolds) {
  Fill("alpine", 50);
  for (int i = 0; i < 20; ++i) {
    auto artifact = FakeImage(static_cast<std::uint64_t>(500 + i), Timestamp());
    artifact.excluded_reason = "an artifact, not an image";
    world.registry.SetTag("alpine", "sha256-" + std::to_string(i) + ".sig", artifact);
  }
  world.registry.SetDangling("alpine", "broken");
  world.Start({"alpine"});
  world.timers.Advance(10 * kDay);
  EXPECT_THAT(News(), ElementsAre("repository_listed alpine"));
}

TEST_F(Events, ABlockThatTheStoreLostIsNoNewsOfItsTags) {
  Fill("alpine", 250);
  world.Start({"alpine"});
  Drop({Block(1)});
  world.registry.SetTag("alpine", "v1150a", FakeImage(900, world.DaysAgo(1)));
  News();
  world.timers.Advance(kListing);
  EXPECT_THAT(News(), ElementsAre("tag_added alpine:v1150a"));
  EXPECT_EQ(world.Metadata("alpine").tags.size(), 251U);
  Drop({Block(0)});
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), IsEmpty());
}

TEST_F(Events, WhereRecordsWereLostTooTheRepositoryStandsForItsTags) {
  Fill("alpine", 250);
  world.Start({"alpine"});
  std::vector<Key> lost = {Block(1)};
  for (int i = 1100; i < 1120; ++i) lost.push_back(Key::Image(Canonical(), "v" + std::to_string(i)));
  Drop(lost);
  News();
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), ElementsAre("repository_listed alpine"));
  // Records alone are fetched again, and are no news.
  Drop({Key::Image(Canonical(), "v1001"), Key::Image(Canonical(), "v1002")});
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), IsEmpty());
  EXPECT_EQ(world.Metadata("alpine").completeness, Completeness::complete);
}

TEST_F(Events, ABanFailsNothing) {
  Fill("alpine", 5);
  world.Start({"alpine"});
  News();
  FailWith(Errc::rate_limited, Blame::limit, 429);
  world.timers.Advance(2 * kDay);
  EXPECT_THAT(News(), IsEmpty());
  // A failure that begins during a ban is one.
  FailWith(Errc::unavailable, Blame::host, 503);
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), ElementsAre("repository_failed alpine"));
  FailWith(Errc::rate_limited, Blame::limit, 429);
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), IsEmpty());
  world.registry.fail = nullptr;
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), ElementsAre("repository_recovered alpine"));
}

TEST_F(Events, AnswersForTagsAreNoRecoveryOfAListing) {
  Fill("alpine", 5);
  world.Start({"alpine"});
  News();
  FailWith(Errc::not_found, Blame::repository, 404, [](const FakeCall& call) { return call.kind == Kind::tags; });
  world.registry.ClearCounts();
  world.timers.Advance(5 * kDay);
  EXPECT_GE(world.registry.Count(Kind::head), 5U);
  EXPECT_THAT(News(), ElementsAre("repository_failed alpine"));
  world.registry.fail = nullptr;
  world.timers.Advance(2 * kDay);
  EXPECT_THAT(News(), ElementsAre("repository_recovered alpine"));
}

TEST_F(Events, NothingRecoversWithoutAnAnswer) {
  Fill("alpine", 1);
  world.options.list_interval = 7 * kDay;
  world.Start({"alpine"});
  News();
  FailWith(Errc::unavailable, Blame::host, 0);
  world.timers.Advance(2 * kDay);
  EXPECT_THAT(News(), ElementsAre("repository_failed alpine"));
  // As if another refresher had asked: its deadline is adopted, and nothing is asked here.
  const Key key = Key::Image(Canonical(), "v1000");
  RecordBuf buffer;
  ASSERT_TRUE(world.store->Get(key, buffer).has_value());
  WriteBatch batch;
  batch.Put(key, WithTimes(key, buffer.bytes(), world.timers.Now() + 2 * kDay, world.timers.Now() + 30 * kDay).value());
  ASSERT_TRUE(world.store->Write(batch, {}).has_value());
  world.registry.ClearCounts();
  world.timers.Advance(kDay);
  EXPECT_EQ(world.registry.calls().size(), 0U);
  EXPECT_THAT(News(), IsEmpty());
  world.registry.fail = nullptr;
  world.timers.Advance(2 * kDay);
  EXPECT_THAT(News(), ElementsAre("repository_recovered alpine"));
}

TEST_F(Events, ARestartInAnOutageTellsItNotAgain) {
  Fill("alpine", 2);
  world.Start({"alpine"});
  FailWith(Errc::unavailable, Blame::host, 0);
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), ElementsAre("repository_listed alpine", "repository_failed alpine"));
  world.Stop();
  world.Start({"alpine"});
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), IsEmpty());
  world.registry.fail = nullptr;
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), ElementsAre("repository_recovered alpine"));
}

TEST_F(Events, AnImageThatIsMissingIsRemovedAndComesBackAsAdded) {
  Fill("alpine", 3);
  world.Start({"alpine"});
  News();
  world.registry.SetDangling("alpine", "v1001");
  world.Refresh("alpine:v1001");
  EXPECT_THAT(News(), IsEmpty()) << "one 404 settles nothing";
  world.Refresh("alpine:v1001");
  ASSERT_EQ(world.events.size(), 1U);
  EXPECT_EQ(world.events[0].from, FakeDigest(2));
  EXPECT_THAT(world.events[0].text, HasSubstr("listed"));
  EXPECT_THAT(News(), ElementsAre("tag_removed alpine:v1001"));
  world.registry.SetTag("alpine", "v1001", FakeImage(2, world.DaysAgo(30)));
  world.Refresh("alpine:v1001");
  ASSERT_EQ(world.events.size(), 1U);
  EXPECT_EQ(world.events[0].to, FakeDigest(2));
  EXPECT_THAT(News(), ElementsAre("tag_added alpine:v1001"));
  // Missing, and then out of the listing too: once.
  world.registry.RemoveTag("alpine", "v1002");
  world.Refresh("alpine:v1002");
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), ElementsAre("tag_removed alpine:v1002"));
  EXPECT_EQ(world.Metadata("alpine").tags.size(), 2U);
}

TEST_F(Events, ATagThatGoesBeforeItWasAskedForIsRemoved) {
  Fill("alpine", 3);
  world.Start({"alpine"});
  News();
  FailWith(Errc::rate_limited, Blame::limit, 429, [](const FakeCall& call) { return call.kind != Kind::tags; });
  world.registry.SetTag("alpine", "v2000", FakeImage(50, world.DaysAgo(0)));
  world.timers.Advance(kListing);
  EXPECT_THAT(News(), ElementsAre("tag_added alpine:v2000"));
  world.registry.RemoveTag("alpine", "v2000");
  world.registry.fail = nullptr;
  world.timers.Advance(kDay);
  EXPECT_THAT(News(), ElementsAre("tag_removed alpine:v2000"));
}

TEST_F(Events, AnImageThatBecomesAnArtifactMovesAndIsExcluded) {
  Fill("alpine", 2);
  world.Start({"alpine"});
  News();
  auto artifact = FakeImage(70, Timestamp());
  artifact.excluded_reason = "a chart, not an image";
  world.registry.SetTag("alpine", "v1000", artifact);
  world.registry.SetTag("alpine", "v3000", artifact);  // new: in the listing, and nothing more to tell
  world.Refresh("alpine", true);
  world.Refresh("alpine", true);
  ASSERT_EQ(world.events.size(), 3U);
  EXPECT_EQ(world.events[1].to, FakeDigest(70));
  EXPECT_EQ(world.events[2].text, "a chart, not an image");
  EXPECT_THAT(News(), ElementsAre("tag_added alpine:v3000", "tag_moved alpine:v1000", "tag_excluded alpine:v1000"));
}

// Of one change, whoever asks for it at the same time.
TEST_F(Events, AChangeThatSeveralAskForIsToldOnce) {
  Fill("alpine", 20);
  world.Start({"alpine"});
  News();
  world.registry.SetTag("alpine", "v1003", FakeImage(77, world.DaysAgo(0)));
  for (const char* text : {"alpine:v1003", "alpine", "alpine:v1003"}) {
    RefreshRequest request;
    request.ref = ImageRef::Parse(text).value();
    request.all = true;
    world.engine->RefreshNow(std::move(request), [](RefreshReport) {});
  }
  world.timers.RunReady();
  world.timers.Advance(kListing);
  ASSERT_EQ(world.events.size(), 1U);
  EXPECT_EQ(world.events[0].from, FakeDigest(4));
  EXPECT_EQ(world.events[0].to, FakeDigest(77));
  EXPECT_THAT(News(), ElementsAre("tag_moved alpine:v1003"));
}

TEST(EventsAndTheStore, AChangeIsToldWhenItIsStoredAndNotBefore) {
  auto store = std::make_shared<KillingStore>(OpenMemoryStore({}).value());
  World world(store);
  world.registry.SetTag("alpine", "edge", FakeImage(1, world.DaysAgo(1)));
  world.Refresh("alpine");
  world.events.clear();
  world.registry.SetTag("alpine", "edge", FakeImage(2, world.DaysAgo(0)));
  store->refuses = true;
  for (int i = 0; i < 3; ++i) EXPECT_GT(world.Refresh("alpine:edge").write_failures, 0U);
  EXPECT_THAT(world.events, IsEmpty());
  store->refuses = false;
  Result<Digest> seen = Fail(Errc::not_found, "not told");
  world.options.on_event = [&](const Event& event) {
    world.events.push_back(event);
    seen = world.Image("alpine:edge").value().digest();
  };
  world.Stop();
  world.Refresh("alpine:edge");
  EXPECT_THAT(world.EventTexts(), ElementsAre("tag_moved alpine:edge"));
  EXPECT_EQ(seen.value(), FakeDigest(2));
}

}  // namespace
}  // namespace larder::refresh
