// Scripted histories of a refresher on a virtual clock.
#include "refresh/engine.h"

#include <algorithm>

#include "larder/refresh_rules.h"
#include "refresh/host_memory.h"
#include "support/fake_credential_source.h"
#include "world.h"

namespace larder::refresh {
namespace {

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
  EXPECT_EQ(report.manifest_gets, 250U) << "one a digest, also of tags that are asked at once";
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
  world.timers.Advance(std::chrono::minutes(11));  // past the first collection of what has expired
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

TEST_F(EngineTest, AnOddityOfAnImageIsToldOnceADigest) {
  std::vector<std::string> lines;
  world.options.log = [&](LogLevel level, std::string_view line) {
    if (level == LogLevel::warning) lines.emplace_back(line);
  };
  ManifestFacts odd = FakeImage(1, world.DaysAgo(30));
  odd.warnings = {"its label is no time"};
  for (int i = 0; i < 10; ++i) {
    world.registry.SetTag("alpine", "t" + std::to_string(i), odd);
    world.registry.SetTag("quay.io/a/alpine", "t" + std::to_string(i), odd);
  }
  world.Refresh("alpine");
  world.Refresh("alpine", true);
  world.Refresh("quay.io/a/alpine");
  EXPECT_THAT(lines, ElementsAre(HasSubstr("alpine@" + FakeDigest(1).ToString() + ": its label is no time")));
  world.Stop();
  world.Boot();
  world.registry.SetTag("alpine", "new", odd);
  world.Refresh("alpine");
  EXPECT_EQ(lines.size(), 1U) << "nor after a restart";
}

// A pass of 200 seconds by tokens of 60: none is shown after its end.
TEST_F(EngineTest, ATokenThatEndsWithinAPassIsRenewed) {
  Fill("quay.io/a/b", 40);
  const auto source = std::make_shared<testing::FakeCredentialSource>([this](const ImageName&) {
    Credential credential;
    credential.expires = world.timers.Now() + std::chrono::seconds(60);
    credential.username = FormatTime(credential.expires);
    return CredentialSource::Answer(credential);
  });
  world.options.credentials = source;
  world.options.in_flight = 1;
  int late = 0;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.user <= FormatTime(world.timers.Now())) ++late;
    world.timers.Jump(std::chrono::seconds(5));
    return std::nullopt;
  };
  const auto report = world.Refresh("quay.io/a/b");
  EXPECT_FALSE(report.error.has_value());
  EXPECT_EQ(report.counts.known, 40U);
  EXPECT_EQ(late, 0);
  EXPECT_GE(source->asked, 4);
  EXPECT_LE(source->asked, 20) << "and not for each request";
}

TEST_F(EngineTest, OneTimerWakesForRepositoriesTheListOfImagesTheCollectionAndMetrics) {
  Fill("alpine", 5);
  world.Start({"alpine"});
  EXPECT_EQ(world.timers.waiting(), 1U);
  EXPECT_EQ(world.timers.next_due(), world.timers.Now() + world.options.source_interval);
  world.timers.Advance(std::chrono::hours(2));
  EXPECT_EQ(world.timers.waiting(), 1U);
  EXPECT_GE(world.registry.Count(Kind::tags), 20U);
  // Who wants samples gets one now and one every interval, for as long as it wants them.
  std::vector<Time> samples;
  bool wanted = true;
  const Time begin = world.timers.Now();
  world.engine->Sample(std::chrono::seconds(15), [&](const Refresher::Status& status) {
    EXPECT_EQ(status.repositories, 1U);
    samples.push_back(world.timers.Now());
    return wanted;
  });
  EXPECT_THAT(samples, ElementsAre(begin));
  EXPECT_EQ(world.timers.waiting(), 1U);
  world.timers.Advance(std::chrono::minutes(10));
  EXPECT_EQ(samples.size(), 41U);
  EXPECT_EQ(samples.back(), begin + std::chrono::minutes(10));
  EXPECT_EQ(world.timers.waiting(), 1U);
  ASSERT_TRUE(world.timers.next_due().has_value());
  EXPECT_LE(*world.timers.next_due(), world.timers.Now() + std::chrono::seconds(15));
  wanted = false;
  world.timers.Advance(std::chrono::hours(1));
  EXPECT_EQ(samples.size(), 42U);
  // What was learned of hosts is stored by it too.
  std::optional<Time> stored;
  const Time due = world.timers.Now() + kHostWrite;
  world.engine->chores().At(due, [&] { stored = world.timers.Now(); });
  EXPECT_EQ(world.timers.waiting(), 1U);
  world.timers.Advance(2 * kHostWrite);
  EXPECT_EQ(stored, due);
  // Whichever is due first; and no sample where nobody asks for it.
  world.Stop();
  EXPECT_EQ(world.timers.waiting(), 0U);
  world.options.source_interval = kDay;
  world.options.list_interval = kDay;
  world.Start({});
  EXPECT_EQ(world.timers.next_due(), world.timers.Now() + kFirstCollection);
}

// A restart over many repositories: what is asked for does not wait until the deadlines of all are read.
TEST_F(EngineTest, WhileStoredDeadlinesAreReadWhatIsAskedForIsServed) {
  constexpr std::size_t kRepositories = 500;
  std::vector<SourcedImage> images(kRepositories);
  for (std::size_t i = 0; i < kRepositories; ++i) {
    images[i].ref = ImageRef::Parse("ghcr.io/a/r" + std::to_string(1000 + i)).value();
    Fill(images[i].ref.ToString(), 1);
  }
  Fill("quay.io/b/wanted", 1);
  world.options.list_interval = kDay;
  world.Boot();
  world.engine->Start(MakeListSource(images));
  EXPECT_EQ(world.engine->GetStatus().loading, kRepositories);
  std::optional<std::uint64_t> before;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.repository == "quay.io/b/wanted" && !before.has_value()) before = world.executor.executed;
    return std::nullopt;
  };
  EXPECT_EQ(world.Refresh("quay.io/b/wanted").completeness, Completeness::complete);
  ASSERT_TRUE(before.has_value());
  EXPECT_LT(*before, 50U);
  EXPECT_EQ(world.engine->GetStatus().loading, 0U);
  EXPECT_EQ(world.engine->GetStatus().repositories, kRepositories);
  EXPECT_EQ(world.engine->GetStatus().tags, kRepositories);
}

// Each question for one tag gives it one more deadline in the schedule.
TEST_F(EngineTest, ATagThatWasAskedForByNameIsAskedOnceAtEachDeadline) {
  Fill("alpine", 2);
  world.options.list_interval = 10 * kDay;
  world.options.source_interval = kDay;
  world.Start({"alpine"});
  world.timers.Advance(std::chrono::hours(2));
  EXPECT_EQ(world.Refresh("alpine:v1000").heads, 1U);
  EXPECT_EQ(world.Refresh("alpine:v1000").heads, 1U);
  std::size_t heads = 0;
  for (int minute = 0; minute < 6 * 24 * 60; ++minute) {
    world.registry.ClearCounts();
    world.timers.Advance(std::chrono::minutes(1));
    const auto& calls = world.registry.calls();
    const auto asked = std::count_if(calls.begin(), calls.end(), [](const FakeCall& call) {
      return call.kind == Kind::head && call.reference == "v1000";
    });
    EXPECT_LE(asked, 1) << "in minute " << minute;
    heads += static_cast<std::size_t>(asked);
  }
  EXPECT_GE(heads, 1U);
}

TEST_F(EngineTest, WithoutHeadUnchangedTagsCostOneGetEachThatSendsNothing) {
  world.registry.answers_head = false;
  Fill("alpine", 20, 4);
  world.Refresh("alpine");
  world.registry.ClearCounts();
  const auto report = world.Refresh("alpine", true);
  EXPECT_EQ(report.heads, 0U);
  EXPECT_EQ(report.manifest_gets, 20U);
  EXPECT_EQ(world.registry.not_modified(), 20U);
  EXPECT_EQ(report.same, 20U);
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
  world.options.source_interval = std::chrono::hours(1);
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
  EXPECT_THAT(world.EventTexts(),
              ElementsAre("repository_listed alpine", "repository_failed alpine", "repository_recovered alpine"));
}

}  // namespace
}  // namespace larder::refresh
