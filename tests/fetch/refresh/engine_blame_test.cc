// Who is left alone after a failure: a tag, a host, a credential, a budget of pulls. And a clock that was set back.
#include <algorithm>
#include <set>

#include "larder/breaker.h"
#include "larder/refresh_rules.h"
#include "refresh/engine.h"
#include "world.h"

namespace larder::refresh {
namespace {

const std::string kBlamed = "alpine";

FetchError ServerError() { return FakeError(Errc::unavailable, Blame::host, 500, "the registry answers 500"); }

TEST_F(EngineTest, ATagThatAlwaysAnswers500BacksOffAloneAndTheRestGoesOn) {
  Fill(kBlamed, 50);
  world.options.list_interval = std::chrono::hours(1);
  std::size_t attempts = 0;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.reference != "v1003") return std::nullopt;
    ++attempts;
    return ServerError();
  };
  world.Start({kBlamed});
  auto metadata = world.Metadata(kBlamed);
  EXPECT_EQ(metadata.images.size(), 49U);
  EXPECT_EQ(metadata.completeness, Completeness::partial);
  EXPECT_EQ(metadata.counts.failing, 1U);
  EXPECT_EQ(metadata.last_error, "");
  EXPECT_EQ(attempts, 2U) << "asked again, when others were answered";
  world.timers.Advance(kDay);
  // After 5, 10, 20 ... minutes.
  EXPECT_GE(attempts, 7U);
  EXPECT_LE(attempts, 12U);
  EXPECT_THAT(world.EventTexts(), ElementsAre("repository_listed alpine"));
  world.registry.fail = nullptr;
  world.timers.Advance(kDay);
  EXPECT_EQ(world.Metadata(kBlamed).completeness, Completeness::complete);
}

// Each turn is shorter than what it has read for its plan.
TEST_F(EngineTest, SoDoesOneOfARepositoryThatTakesTurns) {
  const std::vector<std::string> names = {"ghcr.io/a/one", "ghcr.io/a/two"};
  for (const auto& name : names) Fill(name, 500);
  world.options.cycles_per_host = 1;
  std::size_t attempts = 0;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.repository != names[0] || call.reference != "v1003") return std::nullopt;
    ++attempts;
    return ServerError();
  };
  world.Start(names);
  world.timers.Advance(std::chrono::seconds(20));
  EXPECT_EQ(world.Metadata(names[0]).images.size(), 499U);
  EXPECT_EQ(world.Metadata(names[0]).counts.failing, 1U);
  EXPECT_EQ(world.Metadata(names[1]).completeness, Completeness::complete);
  EXPECT_EQ(world.registry.Count(Kind::tags), 2U) << "they took turns over one listing each";
  EXPECT_EQ(attempts, 2U);
}

TEST_F(EngineTest, ProgressNeverGoesBackWhenATagIsAskedAgain) {
  Fill(kBlamed, 50);
  int failures = 0;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.reference != "v1003" || failures++ > 0) return std::nullopt;
    return ServerError();
  };
  world.Boot();
  std::vector<std::size_t> dones, totals;
  RefreshRequest request;
  request.ref = ImageRef::Parse(kBlamed).value();
  request.progress = [&](std::size_t done, std::size_t total) {
    dones.push_back(done);
    totals.push_back(total);
  };
  world.engine->RefreshNow(std::move(request), [](RefreshReport) {});
  world.timers.RunReady();
  EXPECT_TRUE(std::is_sorted(dones.begin(), dones.end()));
  EXPECT_TRUE(std::is_sorted(totals.begin(), totals.end()));
  ASSERT_EQ(dones.size(), 51U);
  EXPECT_EQ(dones.back(), 51U);
  EXPECT_EQ(totals.back(), 51U);
}

TEST_F(EngineTest, AGoodTagKeepsItsRecordWhileItAnswers500) {
  Fill(kBlamed, 50);
  world.Refresh(kBlamed);
  world.registry.fail = [](const FakeCall& call) -> std::optional<FetchError> {
    if (call.reference != "v1003") return std::nullopt;
    return ServerError();
  };
  const auto report = world.Refresh(kBlamed, true);
  EXPECT_EQ(report.completeness, Completeness::complete);
  EXPECT_EQ(report.failed, 1U);
  EXPECT_EQ(report.same, 49U);
  const auto image = world.Image("alpine:v1003");
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->failures(), 1U);
  EXPECT_THAT(std::string(image->last_error()), HasSubstr("500"));
}

TEST_F(EngineTest, WhatTimesOutOnceIsAskedAgainInTheSamePass) {
  Fill(kBlamed, 50);
  int failures = 0;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.reference != "v1003" || failures++ > 0) return std::nullopt;
    return FakeError(Errc::unavailable, Blame::host, 0, "timed out");
  };
  world.Start({kBlamed});
  EXPECT_EQ(world.Metadata(kBlamed).completeness, Completeness::complete);
  EXPECT_EQ(world.Image("alpine:v1003")->failures(), 0U);
  EXPECT_EQ(world.registry.Count(Kind::manifest), 51U);
  EXPECT_THAT(world.EventTexts(), ElementsAre("repository_listed alpine"));
}

TEST_F(EngineTest, ThreeFailuresInARowAreTheHostsAndNoTagIsCharged) {
  Fill(kBlamed, 50);
  world.registry.fail = [](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind == Kind::tags) return std::nullopt;
    return ServerError();
  };
  world.Start({kBlamed});
  auto metadata = world.Metadata(kBlamed);
  EXPECT_EQ(metadata.counts.pending, 50U);
  EXPECT_EQ(metadata.counts.failing, 0U);
  EXPECT_THAT(metadata.last_error, HasSubstr("500"));
  EXPECT_LE(world.registry.Count(Kind::manifest), kBreakerFailures * world.options.in_flight)
      << "what was in flight together failed once";
  world.registry.ClearCounts();
  world.timers.Advance(std::chrono::seconds(26));
  EXPECT_EQ(world.registry.calls().size(), 0U) << "the host is left alone";
  world.registry.fail = nullptr;
  world.timers.Advance(std::chrono::minutes(1));
  EXPECT_EQ(world.Metadata(kBlamed).completeness, Completeness::complete);
}

// What was on its way when a host died may be answered between the failures.
TEST_F(EngineTest, AHostThatDiesInTheMiddleChargesNoTagEither) {
  Fill(kBlamed, 200);
  int answered = 0;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind == Kind::tags || ++answered <= 100 || answered == 103) return std::nullopt;
    return FakeError(Errc::unavailable, Blame::host, 0, "connection reset");
  };
  world.Start({kBlamed});
  auto metadata = world.Metadata(kBlamed);
  EXPECT_EQ(metadata.images.size(), 101U);
  EXPECT_EQ(metadata.counts.failing, 0U);
  world.registry.fail = nullptr;
  world.registry.ClearCounts();
  world.timers.Advance(std::chrono::minutes(1));
  EXPECT_EQ(world.Metadata(kBlamed).completeness, Completeness::complete);
  EXPECT_EQ(world.registry.manifest_gets(), 99U);
}

TEST_F(EngineTest, WhereOnlyTheListingFailsTagsAreAskedAllTheSame) {
  Fill(kBlamed, 5);
  world.options.list_interval = std::chrono::hours(1);
  world.Start({kBlamed});
  world.timers.Advance(kDay * 5 / 4);  // all were due once
  world.registry.fail = [](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind != Kind::tags) return std::nullopt;
    return ServerError();
  };
  world.registry.ClearCounts();
  world.timers.Advance(4 * kDay);
  EXPECT_GE(world.registry.Count(Kind::head), 5U);
  EXPECT_EQ(world.Image("alpine:v1002")->failures(), 0U);
}

// As a robot account that may list and not pull.
TEST_F(EngineTest, ADeniedCredentialIsTriedAtDoublingTimesAlsoWhereListingWorks) {
  Fill(kBlamed, 5);
  std::vector<Time> denied;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind == Kind::tags) return std::nullopt;
    const Time now = world.timers.Now();
    if (denied.empty() || denied.back() != now) denied.push_back(now);
    return FakeError(Errc::permission_denied, Blame::credential, 403, "denied");
  };
  world.Start({kBlamed});
  world.timers.Advance(2 * kDay);
  ASSERT_GE(denied.size(), 9U);
  for (std::size_t i = 0; i + 1 < denied.size(); ++i) {
    const Duration wait = denied[i + 1] - denied[i];
    const Duration rule = Delay(kCredentialBackoff, static_cast<std::uint32_t>(i + 1));
    EXPECT_GE(wait, rule * 9 / 10) << i;
    EXPECT_LE(wait, rule * 11 / 10) << i;
  }
  world.registry.fail = nullptr;
  world.timers.Advance(std::chrono::hours(7));
  EXPECT_EQ(world.Metadata(kBlamed).completeness, Completeness::complete);
  EXPECT_EQ(world.Metadata(kBlamed).last_error, "");
}

TEST_F(EngineTest, AListingThatIsNotThereIsAskedForAtDoublingTimesAlsoOverRestartsUntilItIs) {
  Fill(kBlamed, 3);
  world.options.source_interval = kDay;
  std::vector<Time> asked;
  bool gone = true;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind != Kind::tags || !gone) return std::nullopt;
    asked.push_back(world.timers.Now());
    return FakeError(Errc::not_found, Blame::repository, 404, "no such repository");
  };
  const auto expect_doubling = [&](std::size_t least, const char* when) {
    EXPECT_GE(asked.size(), least) << when;
    for (std::size_t i = 0; i + 1 < asked.size(); ++i) {
      const Duration wait = asked[i + 1] - asked[i];
      const Duration rule = Delay(kRepositoryBackoff, static_cast<std::uint32_t>(i + 1));
      EXPECT_GE(wait, rule * 9 / 10) << when << ": " << i;
      EXPECT_LE(wait, rule * 11 / 10) << when << ": " << i;
    }
  };
  // Of 5 min to 640 min and of a day each, over six days and 20 restarts.
  for (int i = 0; i < 20; ++i) {
    world.Start({kBlamed});
    world.timers.Advance(std::chrono::minutes(433));
    world.Stop();
  }
  expect_doubling(12, "never there");
  EXPECT_LE(asked.size(), 14U);
  EXPECT_EQ(world.Metadata(kBlamed).completeness, Completeness::never_fetched);
  gone = false;
  world.Start({kBlamed});
  world.timers.Advance(2 * kDay);
  EXPECT_EQ(world.Metadata(kBlamed).completeness, Completeness::complete);
  EXPECT_EQ(world.Metadata(kBlamed).last_error, "");
  // From the beginning.
  asked.clear();
  gone = true;
  world.timers.Advance(std::chrono::hours(3));
  world.Stop();
  world.Start({kBlamed});
  world.timers.Advance(kDay);
  expect_doubling(8, "gone again");
  EXPECT_EQ(world.Metadata(kBlamed).images.size(), 3U);
}

// As Docker Hub without an account.
TEST_F(EngineTest, WhereThePullsAreUsedUpHeadsGoOnAndTheRestIsPulledWhenTheyAreGrantedAgain) {
  constexpr unsigned kTags = 300;
  constexpr unsigned kPulls = 100;
  world.options.counts_pulls = [](const ImageName&) { return true; };
  Fill(kBlamed, kTags);
  const Time until = world.timers.Now() + std::chrono::hours(6);
  unsigned pulls = 0;
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind != Kind::manifest || world.timers.Now() >= until || ++pulls <= kPulls) return std::nullopt;
    return FakeError(Errc::rate_limited, Blame::limit, 0, "no more pulls", until);
  };
  world.Start({kBlamed});
  auto metadata = world.Metadata(kBlamed);
  EXPECT_EQ(metadata.images.size(), kPulls);
  EXPECT_EQ(metadata.counts.pending, kTags - kPulls);
  EXPECT_EQ(metadata.completeness, Completeness::partial);
  EXPECT_EQ(world.registry.Count(Kind::head), kTags) << "every digest is known";
  EXPECT_EQ(world.registry.manifest_gets(), kPulls);
  EXPECT_THAT(world.EventTexts(), ElementsAre("repository_listed alpine"));

  // Listings go on, and find what is new; what waits is not asked for again and again.
  world.registry.ClearCounts();
  world.registry.SetTag(kBlamed, "v9999", FakeImage(3, world.DaysAgo(30)));
  world.timers.Advance(std::chrono::hours(5));
  EXPECT_GE(world.registry.Count(Kind::tags), 50U);
  EXPECT_EQ(world.registry.Count(Kind::head), 1U);
  EXPECT_TRUE(world.Image("alpine:v9999").has_value()) << "of a known digest";
  const auto report = world.Refresh("alpine:v1299");
  ASSERT_TRUE(report.error.has_value());
  EXPECT_EQ(report.error->code, Errc::rate_limited);
  EXPECT_EQ(report.error->retry_at, until);

  world.timers.AdvanceTo(until + std::chrono::minutes(10));
  metadata = world.Metadata(kBlamed);
  EXPECT_EQ(metadata.completeness, Completeness::complete);
  EXPECT_EQ(metadata.images.size(), kTags + 1);
}

TEST_F(EngineTest, AKnownTagThatMovesWhereThePullsAreUsedUpKeepsItsRecordUntilTheyAreGranted) {
  world.options.counts_pulls = [](const ImageName&) { return true; };
  Fill(kBlamed, 3);
  world.Start({kBlamed});
  const Time until = world.timers.Now() + std::chrono::hours(6);
  world.registry.fail = [&](const FakeCall& call) -> std::optional<FetchError> {
    if (call.kind != Kind::manifest || world.timers.Now() >= until) return std::nullopt;
    return FakeError(Errc::rate_limited, Blame::limit, 429, "no more pulls", until);
  };
  world.registry.SetTag(kBlamed, "v1001", FakeImage(77, world.DaysAgo(0)));
  EXPECT_EQ(world.Refresh("alpine:v1001").error->code, Errc::rate_limited);
  EXPECT_EQ(world.Image("alpine:v1001")->digest(), FakeDigest(2));
  EXPECT_EQ(world.Image("alpine:v1001")->failures(), 0U);
  EXPECT_FALSE(world.Refresh("alpine:v1000").error.has_value()) << "HEAD is answered";
  world.timers.AdvanceTo(until + std::chrono::minutes(10));
  EXPECT_EQ(world.Image("alpine:v1001")->digest(), FakeDigest(77));
}

TEST_F(EngineTest, AClockThatIsSetBackFreezesNothing) {
  for (const auto back : {kDay * 2, kDay * 10, kDay * 400}) {
    SCOPED_TRACE(back.count());
    World other;
    for (int i = 0; i < 5; ++i) {
      other.registry.SetTag(kBlamed, "v" + std::to_string(i),
                            FakeImage(static_cast<std::uint64_t>(i + 1), other.DaysAgo(9)));
    }
    other.Start({kBlamed});
    other.timers.Advance(std::chrono::hours(3));
    other.timers.Jump(-back);
    other.registry.ClearCounts();
    other.timers.Advance(std::chrono::hours(2));
    EXPECT_GE(other.registry.Count(Kind::tags), 20U);
    // Deadlines of tags are believed for 8 days.
    if (back > kMaxDeadlineAhead) {
      EXPECT_GE(other.registry.Count(Kind::head), 5U);
    }
    other.registry.SetTag(kBlamed, "new", FakeImage(9, other.DaysAgo(9)));
    other.timers.Advance(std::chrono::minutes(6));
    EXPECT_TRUE(other.Image("alpine:new").has_value());
  }
}

}  // namespace
}  // namespace larder::refresh
