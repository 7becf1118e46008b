// Longer histories of a refresher on a virtual clock: bans, restarts, tags that go, faults.
#include "refresh/engine.h"

#include <functional>
#include <memory>

#include "larder/refresh_rules.h"
#include "slow_host.h"
#include "world.h"

namespace larder::refresh {
namespace {

TEST_F(EngineTest, ABanSuspendsTheCycleUntilItsEnd) {
  Fill("alpine", 100);
  const Time until = world.timers.Now() + std::chrono::hours(6);
  int answered = 0;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind == Kind::tags || world.timers.Now() >= until || ++answered <= 40) return std::nullopt;
    return FakeError(Errc::rate_limited, Blame::limit, 429, "too many requests", until);
  };
  world.Start({"alpine"});
  auto metadata = world.Metadata("alpine");
  EXPECT_EQ(metadata.tags.size(), 100U);
  EXPECT_EQ(metadata.images.size(), 40U);
  EXPECT_EQ(metadata.completeness, Completeness::partial);
  world.registry.ClearCounts();
  world.timers.AdvanceTo(until - std::chrono::seconds(1));
  EXPECT_EQ(world.registry.calls().size(), 0U);
  world.timers.Advance(std::chrono::hours(1));
  metadata = world.Metadata("alpine");
  EXPECT_EQ(metadata.completeness, Completeness::complete);
  EXPECT_EQ(metadata.images.size(), 100U);
}

TEST_F(EngineTest, RefreshNowDuringABanSaysWhenToComeBack) {
  Fill("alpine", 1);
  const Time until = world.timers.Now() + std::chrono::hours(1);
  world.registry.fail = [&](const FakeCall&) {
    return FakeError(Errc::rate_limited, Blame::limit, 429, "banned", until);
  };
  const auto report = world.Refresh("alpine:v1000");
  ASSERT_TRUE(report.error.has_value());
  EXPECT_EQ(report.error->code, Errc::rate_limited);
  EXPECT_EQ(report.error->retry_at, until);
}

TEST_F(EngineTest, ARepositoryThatWasNeverListedSaysSoWithItsError) {
  world.Start({"ghcr.io/no/such"});
  const auto metadata = world.Metadata("ghcr.io/no/such");
  EXPECT_EQ(metadata.completeness, Completeness::never_fetched);
  EXPECT_THAT(metadata.last_error, HasSubstr("no such repository"));
}

TEST_F(EngineTest, ATagGoneFromTwoListingsIsRemovedAfterA404) {
  Fill("alpine", 5);
  world.Start({"alpine"});
  world.registry.RemoveTag("alpine", "v1002");
  world.timers.Advance(std::chrono::minutes(6));
  EXPECT_EQ(world.Metadata("alpine").tags.size(), 5U);  // one listing lacks it: not yet
  world.timers.Advance(std::chrono::minutes(6));
  const auto metadata = world.Metadata("alpine");
  EXPECT_EQ(metadata.tags.size(), 4U);
  EXPECT_EQ(metadata.completeness, Completeness::complete);
  EXPECT_EQ(metadata.counts.known, 4U);
  EXPECT_THAT(world.EventTexts(), ElementsAre("repository_listed alpine", "tag_removed alpine:v1002"));
  world.timers.Advance(kDay);
  EXPECT_EQ(world.events.size(), 2U);
}

TEST_F(EngineTest, ATagThatOnlyTheListingForgetsStays) {
  Fill("alpine", 5);
  world.Start({"alpine"});
  // The registry's listing lags, but the tag is there: HEAD by its old digest's tag answers.
  world.registry.RemoveTag("alpine", "v1002");
  world.timers.Advance(std::chrono::minutes(6));
  world.registry.SetTag("alpine", "v1002", FakeImage(3, world.DaysAgo(30)));
  world.timers.Advance(std::chrono::hours(1));
  EXPECT_EQ(world.Metadata("alpine").tags.size(), 5U);
  EXPECT_THAT(world.EventTexts(), ElementsAre("repository_listed alpine"));
}

TEST_F(EngineTest, AThousandTagsGoneAtOnceAreDecidedByASample) {
  Fill("alpine", 1005);
  world.Start({"alpine"});
  for (int i = 5; i < 1005; ++i) world.registry.RemoveTag("alpine", "v" + std::to_string(1000 + i));
  world.registry.ClearCounts();
  world.timers.Advance(std::chrono::minutes(40));
  EXPECT_EQ(world.Metadata("alpine").tags.size(), 5U);
  EXPECT_EQ(world.registry.Count(Kind::head), kConfirmationSample);
}

TEST_F(EngineTest, EventsAreExact) {
  Fill("alpine", 3);
  world.Start({"alpine"});
  world.events.clear();
  world.registry.SetTag("alpine", "v2000", FakeImage(50, world.DaysAgo(0)));
  world.registry.SetTag("alpine", "v1000", FakeImage(51, world.DaysAgo(0)));
  world.timers.Advance(2 * kDay);
  EXPECT_THAT(world.EventTexts(), ElementsAre("tag_added alpine:v2000", "tag_moved alpine:v1000"));
  EXPECT_EQ(world.events[1].from, FakeDigest(1));
  EXPECT_EQ(world.events[1].to, FakeDigest(51));
}

TEST_F(EngineTest, AnExcludedImageOfAFirstListingIsNoNewsAndAskedOnceADay) {
  auto artifact = FakeImage(7, Timestamp());
  artifact.excluded_reason = "an artifact, not an image";
  world.registry.SetTag("alpine", "sbom", artifact);
  world.options.list_interval = std::chrono::hours(1);
  world.Start({"alpine"});
  EXPECT_EQ(world.Metadata("alpine").completeness, Completeness::complete);
  EXPECT_EQ(world.Image("alpine:sbom").error().code, Errc::unsupported);
  world.registry.ClearCounts();
  world.timers.Advance(5 * kDay);
  EXPECT_GE(world.registry.Count(Kind::head), 4U);
  EXPECT_LE(world.registry.Count(Kind::head), 6U);
  EXPECT_EQ(world.registry.manifest_gets(), 0U);
  EXPECT_THAT(world.EventTexts(), ElementsAre("repository_listed alpine"));
}

TEST_F(EngineTest, ARestartAsksForNothingThatIsNotDue) {
  Fill("alpine", 200);
  world.Start({"alpine"});
  world.Stop();
  world.registry.ClearCounts();
  world.events.clear();
  world.Start({"alpine"});
  EXPECT_EQ(world.registry.calls().size(), 0U);
  world.timers.Advance(std::chrono::minutes(6));
  EXPECT_EQ(world.registry.calls().size(), 1U);  // the listing that fell due
  EXPECT_THAT(world.events, IsEmpty());
}

TEST_F(EngineTest, ARestartInTheMiddleOfAFillAsksOnlyForTheRest) {
  Fill("alpine", 1000);
  int left = 600;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind == Kind::tags || left-- > 0) return std::nullopt;
    return FakeError(Errc::unavailable, Blame::host, 0);
  };
  world.Start({"alpine"});
  world.Stop();
  EXPECT_EQ(world.Metadata("alpine").images.size(), 600U);
  world.registry.fail = nullptr;
  world.registry.ClearCounts();
  world.Start({"alpine"});
  world.timers.Advance(std::chrono::minutes(2));
  EXPECT_EQ(world.Metadata("alpine").completeness, Completeness::complete);
  EXPECT_EQ(world.registry.manifest_gets(), 400U);
}

TEST_F(EngineTest, StopLosesNothingThatWasFetched) {
  Fill("alpine", 500);
  world.Boot();
  std::optional<RefreshReport> report;
  RefreshRequest request;
  request.ref = ImageRef::Parse("alpine").value();
  request.progress = [&](std::size_t done, std::size_t) {
    if (done == 100) world.engine->Stop([] {});
  };
  world.engine->RefreshNow(std::move(request), [&](RefreshReport told) { report = std::move(told); });
  world.timers.RunReady();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->error->code, Errc::cancelled);
  EXPECT_GE(world.Metadata("alpine").images.size(), 100U);
  EXPECT_EQ(world.Metadata("alpine").completeness, Completeness::partial);
  world.engine.reset();
}

TEST_F(EngineTest, AStopBeforeTheFirstRequestIsNoSuccess) {
  Fill("alpine", 3);
  world.Boot();
  std::vector<RefreshReport> reports;
  for (const char* ref : {"alpine", "alpine:v1001"}) {
    RefreshRequest request;
    request.ref = ImageRef::Parse(ref).value();
    world.engine->RefreshNow(std::move(request), [&](RefreshReport report) { reports.push_back(std::move(report)); });
  }
  world.Stop();
  ASSERT_EQ(reports.size(), 2U);
  for (const auto& report : reports) {
    ASSERT_TRUE(report.error.has_value());
    EXPECT_EQ(report.error->code, Errc::cancelled) << report.error->ToString();
  }
  EXPECT_THAT(world.registry.calls(), IsEmpty());
}

TEST_F(EngineTest, ImagesThatLeftTheSourceAreNoLongerAsked) {
  Fill("alpine", 2);
  std::vector<SourcedImage> images(1);
  images[0].ref = ImageRef::Parse("alpine").value();
  world.Boot();
  world.engine->Start(MakeCallbackSource([&]() -> Result<std::vector<SourcedImage>> { return images; }));
  world.timers.RunReady();
  images.clear();
  world.timers.Advance(std::chrono::minutes(2));
  world.registry.ClearCounts();
  world.timers.Advance(10 * kDay);
  EXPECT_EQ(world.registry.calls().size(), 0U);
  EXPECT_EQ(world.Metadata("alpine").images.size(), 2U);
  // And age out: nothing renews them.
  world.timers.Advance(23 * kDay);
  EXPECT_EQ(world.registry.calls().size(), 0U);
  EXPECT_EQ(world.Image("alpine:v1000").error().code, Errc::not_found);
  EXPECT_EQ(world.Metadata("alpine").completeness, Completeness::never_fetched);
  EXPECT_EQ(world.store->Stats()->records, 0U);
}

TEST_F(EngineTest, ASourceThatFailsKeepsTheLastImages) {
  Fill("alpine", 2);
  bool fails = false;
  world.Boot();
  world.engine->Start(MakeCallbackSource([&]() -> Result<std::vector<SourcedImage>> {
    if (fails) return Fail(Errc::unavailable, "the cluster does not answer");
    std::vector<SourcedImage> images(1);
    images[0].ref = ImageRef::Parse("alpine").value();
    return images;
  }));
  world.timers.RunReady();
  fails = true;
  world.registry.ClearCounts();
  world.timers.Advance(std::chrono::hours(1));
  EXPECT_GE(world.registry.Count(Kind::tags), 10U);
}

TEST_F(EngineTest, OneHostThatIsBannedDelaysNoOther) {
  Fill("ghcr.io/slow/one", 10);
  Fill("quay.io/fast/one", 10);
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (!call.repository.starts_with("ghcr.io")) return std::nullopt;
    return FakeError(Errc::rate_limited, Blame::limit, 429, "banned", world.timers.Now() + kDay);
  };
  world.Start({"ghcr.io/slow/one", "quay.io/fast/one"});
  EXPECT_EQ(world.Metadata("quay.io/fast/one").completeness, Completeness::complete);
  world.registry.ClearCounts();
  world.timers.Advance(std::chrono::hours(1));
  for (const auto& call : world.registry.calls()) EXPECT_EQ(call.repository, "quay.io/fast/one");
  EXPECT_GE(world.registry.Count(Kind::tags), 10U);
}

// To the millisecond of the virtual clock, beside a host that answers and beside one that does not.
TEST_F(EngineTest, OneHostThatIsDeadDelaysNoOther) {
  const auto listings_beside = [](bool dead) {
    World other;
    std::vector<Time> listings;
    for (const char* name : {"ghcr.io/dead/one", "quay.io/fast/one"}) {
      other.registry.SetTag(name, "v1", FakeImage(1, other.DaysAgo(30)));
    }
    other.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
      if (call.repository.starts_with("quay.io") && call.kind == Kind::tags) listings.push_back(other.timers.Now());
      if (!dead || call.repository.starts_with("quay.io")) return std::nullopt;
      return FakeError(Errc::unavailable, Blame::host, 0, "no connection");
    };
    other.Start({"ghcr.io/dead/one", "quay.io/fast/one"});
    other.timers.Advance(std::chrono::hours(6));
    return listings;
  };
  const std::vector<Time> alone = listings_beside(false);
  EXPECT_GE(alone.size(), 60U);
  EXPECT_EQ(listings_beside(true), alone);
}

TEST_F(EngineTest, OneHostThatAnswersAfterLongDelaysNoOther) {
  const auto asked_beside = [](Duration delay) {
    World other;
    std::vector<Time> asked;
    std::vector<std::string> names = {"quay.io/fast/one"};
    for (int i = 0; i < 10; ++i) names.push_back("ghcr.io/slow/r" + std::to_string(i));
    std::uint64_t number = 0;
    for (const auto& name : names) other.registry.SetTag(name, "v1", FakeImage(++number, other.DaysAgo(30)));
    other.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
      if (call.repository.starts_with("quay.io")) asked.push_back(other.timers.Now());
      return std::nullopt;
    };
    SlowHost hosts(other, "ghcr.io", delay);
    other.engine = std::make_unique<Engine>(other.timers, other.executor, hosts, *other.store, other.options);
    other.Start(names);
    other.timers.Advance(std::chrono::hours(6));
    bool stopped = false;
    other.engine->Stop([&] { stopped = true; });
    other.timers.Advance(2 * delay);
    EXPECT_TRUE(stopped);
    other.engine.reset();
    return asked;
  };
  const std::vector<Time> alone = asked_beside(Duration(0));
  EXPECT_GE(alone.size(), 60U);
  EXPECT_EQ(asked_beside(std::chrono::minutes(3)), alone);
}

// A pass asks for a tag, and before the answer is there somebody asks for it too, is answered otherwise and at once.
TEST_F(EngineTest, AnOlderAnswerThatIsWrittenLastIsCountedAsWhatItIs) {
  const std::string name = "ghcr.io/a/b";
  Fill(name, 3);
  world.options.list_interval = std::chrono::hours(10);
  Duration delay{0};
  bool beside = false;
  std::optional<RefreshReport> one;
  const auto ask_beside = [&] {
    delay = Duration(0);
    world.registry.fail = nullptr;
    RefreshRequest request;
    request.ref = ImageRef::Parse(name + ":v1002").value();
    world.engine->RefreshNow(std::move(request), [&](RefreshReport report) { one = std::move(report); });
  };
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.reference != "v1002") return std::nullopt;
    if (beside) {
      delay = std::chrono::minutes(1);
      world.timers.Post(ask_beside);
    }
    return FakeError(Errc::corruption, Blame::tag, 200, "not JSON");
  };
  SlowHost hosts(world, "ghcr.io", delay);
  world.engine = std::make_unique<Engine>(world.timers, world.executor, hosts, *world.store, world.options);
  world.Start({name});
  EXPECT_EQ(world.Metadata(name).counts.failing, 1U);
  beside = true;
  world.timers.Advance(std::chrono::minutes(8));  // past its next try
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->added + one->moved, 1U);
  const RepositoryCounts of_records = world.Metadata(name).counts;
  EXPECT_EQ(of_records.failing, 1U);
  EXPECT_EQ(of_records.known, 2U);
  const auto view = Cache(*world.store).Repository(ImageName::Parse(name).value(), world.timers.Now());
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->state().counts, of_records);
  EXPECT_EQ(world.registry.Count(Kind::tags), 1U);
  world.Stop();
}

// What is on its way then is answered never, which is known after a timeout; what is sent later, by another connection.
TEST_F(EngineTest, AConnectionThatDiesInTheMiddleOfAPassCostsOneTimeout) {
  constexpr std::chrono::seconds kTimeout{60};
  constexpr std::size_t kTags = 300;
  Fill("ghcr.io/a/b", kTags);
  Duration delay{0};
  std::optional<Time> died;
  world.registry.fail = [&](const FakeCall&) -> std::optional<FetchError> {
    if (!died.has_value() && world.registry.calls().size() > 100) died = world.timers.Now();
    const bool lost = died == world.timers.Now();
    delay = lost ? Duration(kTimeout) : Duration(0);
    if (!lost) return std::nullopt;
    return FakeError(Errc::unavailable, Blame::host, 0, "no answer");
  };
  SlowHost hosts(world, "ghcr.io", delay);
  world.engine = std::make_unique<Engine>(world.timers, world.executor, hosts, *world.store, world.options);
  world.Start({"ghcr.io/a/b"});
  ASSERT_TRUE(died.has_value());
  EXPECT_LT(world.Metadata("ghcr.io/a/b").images.size(), kTags);
  world.timers.AdvanceTo(*died + kTimeout + std::chrono::seconds(1));
  const auto metadata = world.Metadata("ghcr.io/a/b");
  EXPECT_EQ(metadata.completeness, Completeness::complete);
  EXPECT_EQ(metadata.images.size(), kTags);
  EXPECT_EQ(world.registry.Count(Kind::tags), 1U) << "and goes on where it was";
  EXPECT_EQ(metadata.last_error, "");
  EXPECT_THAT(world.EventTexts(), ElementsAre("repository_listed ghcr.io/a/b"));
  // So does one that dies under a listing, or under one tag that somebody asked for.
  for (const char* ref : {"ghcr.io/a/b", "ghcr.io/a/b:v1007"}) {
    std::optional<Time> answered;
    RefreshRequest request;
    request.ref = ImageRef::Parse(ref).value();
    died = world.timers.Now();
    world.engine->RefreshNow(std::move(request), [&](RefreshReport report) {
      EXPECT_FALSE(report.error.has_value()) << ref;
      answered = world.timers.Now();
    });
    world.timers.Advance(kTimeout + std::chrono::seconds(1));
    EXPECT_EQ(answered, *died + kTimeout) << ref;
  }
  world.Stop();
}

}  // namespace
}  // namespace larder::refresh
