// Scripted histories of a refresher on a virtual clock.
#include "refresh/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "larder/refresh_rules.h"
#include "world.h"

namespace larder::refresh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::FakeCall;
using testing::FakeDigest;
using testing::FakeImage;
using testing::FakeIndex;
using Kind = FakeCall::Kind;

constexpr auto kDay = std::chrono::days(1);

class EngineTest : public ::testing::Test {
 protected:
  void Fill(const std::string& name, int tags, int share = 1) {
    for (int i = 0; i < tags; ++i) {
      world.registry.SetTag(name, "v" + std::to_string(1000 + i),
                            FakeImage(static_cast<std::uint64_t>(1 + i / share), world.DaysAgo(30)));
    }
  }
  World world;
};

TEST_F(EngineTest, WarmThenQuery) {
  Fill("alpine", 20);
  world.Start({"alpine:v1000"});
  const auto metadata = world.Metadata("alpine");
  EXPECT_EQ(metadata.completeness, Completeness::complete);
  EXPECT_EQ(metadata.tags.size(), 20U);
  EXPECT_EQ(metadata.images.size(), 20U);
  const auto image = world.Image("alpine:v1003");
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->digest(), FakeDigest(4));
  EXPECT_EQ(image->created(), world.DaysAgo(30));
}

TEST_F(EngineTest, AColdFillAsksOneGetATagAndOneBlobADistinctImage) {
  Fill("ghcr.io/a/b", 1000, 4);
  const auto report = world.Refresh("ghcr.io/a/b");
  EXPECT_FALSE(report.error.has_value());
  EXPECT_EQ(report.completeness, Completeness::complete);
  EXPECT_EQ(report.listings, 1U);
  EXPECT_EQ(report.heads, 0U);
  EXPECT_EQ(report.manifest_gets, 1000U);
  EXPECT_EQ(report.blob_gets, 250U);
  EXPECT_EQ(world.registry.blob_gets(), 250U);
}

TEST_F(EngineTest, WherePullsAreCountedAColdFillAsksByHeadFirst) {
  world.options.counts_pulls = [](const ImageName&) { return true; };
  Fill("ghcr.io/a/b", 1000, 4);
  const auto report = world.Refresh("ghcr.io/a/b");
  EXPECT_EQ(report.completeness, Completeness::complete);
  EXPECT_EQ(report.heads, 1000U);
  // Tags that share an image and are asked at once may each ask before the first is answered.
  EXPECT_LE(report.manifest_gets, 250U + world.options.in_flight);
  EXPECT_EQ(world.registry.blob_gets(), 250U);
}

TEST_F(EngineTest, AnIndexCostsOneChildForAllTagsThatShareIt) {
  const auto child = FakeImage(500, world.DaysAgo(3));
  world.registry.AddFacts(child);
  const auto index = FakeIndex(501, {{Platform::Parse("linux/arm64").value(), FakeDigest(499)},
                                     {Platform::Parse("linux/amd64").value(), child.digest}});
  for (int i = 0; i < 10; ++i) world.registry.SetTag("nginx", "t" + std::to_string(i), index);
  const auto report = world.Refresh("nginx");
  EXPECT_EQ(report.completeness, Completeness::complete);
  EXPECT_EQ(report.manifest_gets, 10U + 1U);
  EXPECT_EQ(report.blob_gets, 1U);
  const auto image = world.Image("nginx:t3");
  EXPECT_EQ(image->digest(), index.digest);
  EXPECT_EQ(image->platform_digest(), child.digest);
}

TEST_F(EngineTest, NothingDueCostsNeitherRequestsNorStoreReads) {
  Fill("alpine", 50);
  world.options.list_interval = std::chrono::hours(24);
  world.Start({"alpine"});
  world.registry.ClearCounts();
  const auto executed = world.executor.executed;
  // The first interval of month-old images is 24 h; the source is asked meanwhile.
  world.timers.Advance(std::chrono::hours(20));
  EXPECT_EQ(world.registry.calls().size(), 0U);
  EXPECT_EQ(world.executor.executed, executed);
}

TEST_F(EngineTest, UnchangedTagsCostOneHeadEachAndNoGet) {
  Fill("alpine", 1000, 4);
  world.Refresh("alpine");
  world.registry.ClearCounts();
  const auto report = world.Refresh("alpine", true);
  EXPECT_EQ(report.listings, 1U);
  EXPECT_EQ(report.heads, 1000U);
  EXPECT_EQ(report.manifest_gets, 0U);
  EXPECT_EQ(report.blob_gets, 0U);
  EXPECT_EQ(report.same, 1000U);
}

TEST_F(EngineTest, ATagThatMovesToAKnownDigestCostsNoGet) {
  Fill("alpine", 100);
  world.Refresh("alpine");
  for (int i = 0; i < 10; ++i) {
    world.registry.SetTag("alpine", "v" + std::to_string(1000 + i), FakeImage(90, world.DaysAgo(30)));
  }
  world.Stop();
  world.Boot();  // a restart: what is known is in the store
  world.registry.ClearCounts();
  const auto report = world.Refresh("alpine", true);
  EXPECT_EQ(report.moved, 10U);
  EXPECT_EQ(report.manifest_gets, 0U);
  EXPECT_EQ(world.Image("alpine:v1003")->digest(), FakeDigest(90));
}

TEST_F(EngineTest, IntervalsDoubleWhileNothingChangesAndHalveOnAMove) {
  world.registry.SetTag("alpine", "edge", FakeImage(1, world.DaysAgo(0)));
  world.Refresh("alpine");
  EXPECT_EQ(world.Image("alpine:edge")->interval(), std::chrono::hours(1));
  world.Refresh("alpine:edge");
  EXPECT_EQ(world.Image("alpine:edge")->interval(), std::chrono::hours(2));
  world.Refresh("alpine:edge");
  EXPECT_EQ(world.Image("alpine:edge")->interval(), std::chrono::hours(4));
  world.registry.SetTag("alpine", "edge", FakeImage(2, world.DaysAgo(0)));
  const auto report = world.Refresh("alpine:edge");
  EXPECT_EQ(report.moved, 1U);
  EXPECT_EQ(world.Image("alpine:edge")->interval(), std::chrono::hours(2));
}

TEST_F(EngineTest, ADanglingTagKeepsTheRepositoryAndBacksOffAlone) {
  Fill("alpine", 10);
  world.registry.SetDangling("alpine", "broken");
  world.options.list_interval = std::chrono::hours(1);
  world.Start({"alpine"});
  auto metadata = world.Metadata("alpine");
  EXPECT_EQ(metadata.images.size(), 10U);
  EXPECT_EQ(metadata.completeness, Completeness::partial);
  EXPECT_EQ(metadata.counts.failing, 1U);
  // A second 404 settles it: the tag is missing, and known to be.
  world.timers.Advance(std::chrono::hours(2));
  metadata = world.Metadata("alpine");
  EXPECT_EQ(metadata.completeness, Completeness::complete);
  EXPECT_EQ(metadata.images.size(), 10U);
  EXPECT_EQ(metadata.tags.size(), 11U);
}

TEST_F(EngineTest, AGoodRecordYieldsOnlyToASecond404) {
  Fill("alpine", 1);
  world.Refresh("alpine");
  world.registry.SetDangling("alpine", "v1000");
  world.Refresh("alpine:v1000");
  EXPECT_TRUE(world.Image("alpine:v1000").has_value());
  world.timers.Advance(std::chrono::minutes(10));
  world.Refresh("alpine:v1000");
  EXPECT_EQ(world.Image("alpine:v1000").error().code, Errc::not_found);
}

TEST_F(EngineTest, AFailedTagLeavesItsLastGoodRecordAndTriesAgain) {
  Fill("alpine", 3);
  world.Refresh("alpine");
  world.registry.fail = [](const FakeCall& call) -> std::optional<FetchError> {
    if (call.reference != "v1001") return std::nullopt;
    return FakeError(Errc::corruption, Blame::tag, 200, "not JSON");
  };
  const auto report = world.Refresh("alpine", true);
  EXPECT_EQ(report.failed, 1U);
  EXPECT_EQ(report.completeness, Completeness::complete);
  const auto image = world.Image("alpine:v1001");
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->failures(), 1U);
  EXPECT_EQ(image->last_error(), "not JSON");
  world.registry.fail = nullptr;
  world.Refresh("alpine", true);
  EXPECT_EQ(world.Image("alpine:v1001")->failures(), 0U);
  EXPECT_EQ(world.Image("alpine:v1001")->last_error(), "");
}

TEST_F(EngineTest, AnOutageDestroysNothingAndChargesNoTag) {
  Fill("alpine", 5);
  world.options.list_interval = std::chrono::hours(1);
  world.Start({"alpine"});
  world.registry.fail = [](const FakeCall&) { return FakeError(Errc::unavailable, Blame::host, 0, "no route"); };
  world.timers.Advance(40 * kDay);
  auto metadata = world.Metadata("alpine");
  EXPECT_EQ(metadata.images.size(), 5U);
  EXPECT_THAT(metadata.last_error, HasSubstr("no route"));
  EXPECT_TRUE(metadata.stale);
  EXPECT_EQ(world.Image("alpine:v1002")->failures(), 0U);
  world.registry.fail = nullptr;
  world.timers.Advance(std::chrono::hours(2));
  metadata = world.Metadata("alpine");
  EXPECT_EQ(metadata.last_error, "");
  EXPECT_FALSE(metadata.stale);
  EXPECT_THAT(world.EventTexts(), ElementsAre("repository_listed alpine", "repository_failed alpine",
                                              "repository_recovered alpine"));
}

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

TEST_F(EngineTest, AnExcludedImageIsToldOnceAndAskedOnceADay) {
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
  EXPECT_THAT(world.EventTexts(), ElementsAre("repository_listed alpine", "tag_excluded alpine:sbom"));
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

// At every rate of failure, what can be fetched is fetched and nothing that is not whole is called complete.
TEST_F(EngineTest, FaultsAtAnyRateNeverShowAFalseComplete) {
  for (const unsigned percent : {1U, 10U, 50U}) {
    World faulty;
    for (int i = 0; i < 60; ++i) {
      faulty.registry.SetTag("alpine", "v" + std::to_string(i), FakeImage(static_cast<std::uint64_t>(i + 1), faulty.DaysAgo(9)));
    }
    std::uint32_t seed = percent;
    faulty.registry.fail = [&](const FakeCall&) -> std::optional<FetchError> {
      seed = seed * 1664525 + 1013904223;
      if ((seed >> 16) % 100 >= percent) return std::nullopt;
      switch ((seed >> 8) % 3) {
        case 0: return FakeError(Errc::unavailable, Blame::host, 503);
        case 1: return FakeError(Errc::corruption, Blame::tag, 200);
        default: return FakeError(Errc::rate_limited, Blame::limit, 429);
      }
    };
    faulty.Start({"alpine"});
    for (int i = 0; i < 100; ++i) {
      const auto metadata = faulty.Metadata("alpine");
      const bool whole = metadata.images.size() == 60;
      if (!metadata.tags.empty()) {
        EXPECT_EQ(metadata.completeness == Completeness::complete, whole);
      }
      Cache cache(*faulty.store);
      auto view = cache.Repository(ImageName::Parse("alpine").value(), faulty.timers.Now());
      if (view.has_value() && view->state().generation > 0) {
        EXPECT_EQ(view->state().counts, metadata.counts) << percent << "% at step " << i;
      }
      faulty.timers.Advance(std::chrono::minutes(30));
    }
    EXPECT_EQ(faulty.Metadata("alpine").images.size(), 60U) << percent << "%";
  }
}

}  // namespace
}  // namespace larder::refresh
