#include "limits/host_limits.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

namespace larder {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Time kStart{seconds(1'700'000'000)};
constexpr const char* kPullLimitBody =
    R"({"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]})";

http::Response Answer(int status, std::initializer_list<http::Header> headers = {}, std::string body = {}) {
  http::Response response;
  response.status = status;
  response.headers = headers;
  response.body = std::move(body);
  return response;
}

class HostLimitsTest : public ::testing::Test {
 protected:
  // One request now, answered now.
  std::string Ask(HostLimits& limits, const http::Response& response, http::Cost cost = http::Cost::free) {
    const auto next = limits.Next(cost, now_);
    EXPECT_TRUE(next.has_value()) << next.error().message;
    if (!next) return "";
    now_ = std::max(now_, *next);
    const http::Pass pass = limits.Enter(cost, now_);
    return limits.Answered(pass, response, now_);
  }

  Time now_ = kStart;
  HostLimits host_{"quay.io", LimitOptions(), kStart};
  HostLimits hub_{"registry-1.docker.io", LimitOptions(), kStart};
};

TEST_F(HostLimitsTest, ARefusalHalvesTheRateDownToTheFloor) {
  EXPECT_THAT(Ask(host_, Answer(429)), HasSubstr("quay.io refuses: 25 requests a second"));
  EXPECT_DOUBLE_EQ(host_.rps(), 25);
  for (int i = 0; i < 20; ++i) {
    now_ = host_.BannedUntil(http::Cost::free, now_).value_or(now_);
    Ask(host_, Answer(429));
  }
  EXPECT_DOUBLE_EQ(host_.rps(), 0.1);
}

TEST_F(HostLimitsTest, RefusalsOfWhatWasSentBeforeTheHalvingDoNotHalveAgain) {
  std::vector<http::Pass> passes;
  for (int i = 0; i < 10; ++i) passes.push_back(host_.Enter(http::Cost::free, now_));
  now_ += milliseconds(50);
  for (const http::Pass& pass : passes) host_.Answered(pass, Answer(429), now_);
  EXPECT_DOUBLE_EQ(host_.rps(), 25);
}

TEST_F(HostLimitsTest, TheRateRisesOnSuccessAfterTheCoolDownAtMostOnceAMinute) {
  Ask(host_, Answer(429));
  now_ += minutes(19);
  EXPECT_THAT(host_.Recover(now_), IsEmpty());
  now_ += minutes(1) + seconds(1);
  EXPECT_THAT(host_.Recover(now_), HasSubstr("37.5 requests a second"));
  EXPECT_THAT(host_.Recover(now_ + seconds(59)), IsEmpty());
  now_ += minutes(1);
  host_.Recover(now_);
  EXPECT_DOUBLE_EQ(host_.rps(), 50) << "the configured rate is the highest";
  EXPECT_THAT(host_.Recover(now_ + minutes(5)), IsEmpty());
}

TEST_F(HostLimitsTest, RetryAfterIsObeyedInEachForm) {
  for (const char* value : {"600", "Tue, 14 Nov 2023 22:23:20 GMT", "1700000600"}) {
    HostLimits host("ghcr.io", LimitOptions(), kStart);
    Ask(host, Answer(429, {{"Retry-After", value}}));
    EXPECT_EQ(host.BannedUntil(http::Cost::free, now_), kStart + minutes(10)) << value;
    const auto next = host.Next(http::Cost::free, now_);
    ASSERT_FALSE(next.has_value());
    EXPECT_EQ(next.error().code, Errc::rate_limited);
    EXPECT_EQ(next.error().retry_at, kStart + minutes(10));
    EXPECT_TRUE(host.Next(http::Cost::free, kStart + minutes(10)).has_value());
  }
}

TEST_F(HostLimitsTest, AShortBanIsWaitedFor) {
  Ask(host_, Answer(429, {{"Retry-After", "4"}}));
  const auto next = host_.Next(http::Cost::free, now_);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(*next, now_ + seconds(4));
}

TEST_F(HostLimitsTest, ARefusalThatSaysNothingPausesEverLonger) {
  std::vector<Duration> pauses;
  for (int i = 0; i < 10; ++i) {
    Ask(host_, Answer(429));
    const Time until = host_.BannedUntil(http::Cost::free, now_).value_or(now_);
    pauses.push_back(until - now_);
    now_ = until;
  }
  EXPECT_EQ(pauses.front(), seconds(1));
  EXPECT_EQ(pauses[3], seconds(8));
  EXPECT_EQ(pauses.back(), minutes(5));
  Ask(host_, Answer(200));
  Ask(host_, Answer(429));
  EXPECT_EQ(host_.BannedUntil(http::Cost::free, now_), now_ + seconds(1)) << "an answer ends the row";
}

TEST_F(HostLimitsTest, HubsPullLimitBansCountedRequestsOnly) {
  const std::string line = Ask(hub_, Answer(429, {{"retry-after", "3600"}}, kPullLimitBody), http::Cost::pull);
  EXPECT_THAT(line, HasSubstr("pull limit reached"));
  EXPECT_TRUE(hub_.Next(http::Cost::free, now_).has_value());
  EXPECT_DOUBLE_EQ(hub_.rps(), 50) << "it says nothing of the rate";
  const auto next = hub_.Next(http::Cost::pull, now_);
  ASSERT_FALSE(next.has_value());
  EXPECT_EQ(next.error().retry_at, kStart + hours(1));
  EXPECT_THAT(next.error().message, HasSubstr("no more pulls"));
}

TEST_F(HostLimitsTest, AConcurrentPullRefusalDoesNotLengthenTheBan) {
  const http::Pass one = hub_.Enter(http::Cost::pull, now_);
  const http::Pass two = hub_.Enter(http::Cost::pull, now_);
  hub_.Answered(one, Answer(429, {}, kPullLimitBody), now_);
  const auto until = hub_.BannedUntil(http::Cost::pull, now_);
  EXPECT_EQ(until, now_ + minutes(30));
  hub_.Answered(two, Answer(429, {}, kPullLimitBody), now_ + seconds(1));
  EXPECT_EQ(hub_.BannedUntil(http::Cost::pull, now_), until);
  now_ = *until;
  Ask(hub_, Answer(429, {}, kPullLimitBody), http::Cost::pull);
  EXPECT_EQ(hub_.BannedUntil(http::Cost::pull, now_), now_ + hours(1));
}

TEST_F(HostLimitsTest, HubsAbuseLimitBansEverything) {
  for (const auto& [cost, body] :
       std::initializer_list<std::pair<http::Cost, const char*>>{{http::Cost::pull, "Too Many Requests (HAP429).\n"},
                                                                 {http::Cost::free, ""},
                                                                 {http::Cost::free, kPullLimitBody}}) {
    HostLimits hub("registry-1.docker.io", LimitOptions(), now_);
    Ask(hub, Answer(429, {}, body), cost);
    EXPECT_EQ(hub.BannedUntil(http::Cost::free, now_), now_ + minutes(1)) << body;
    EXPECT_EQ(hub.BannedUntil(http::Cost::pull, now_), now_ + minutes(1)) << body;
    EXPECT_DOUBLE_EQ(hub.rps(), 25);
  }
}

TEST_F(HostLimitsTest, OfAPullBudgetAFifthIsLeftToOthers) {
  const auto left = [](int remaining) {
    return Answer(
        200, {{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", std::to_string(remaining) + ";w=21600"}});
  };
  int sent = 0;
  int remaining = 100;
  while (hub_.Next(http::Cost::pull, now_).has_value()) {
    Ask(hub_, left(--remaining), http::Cost::pull);
    ++sent;
  }
  EXPECT_EQ(sent, 80);
  const auto refused = hub_.Next(http::Cost::pull, now_);
  EXPECT_EQ(refused.error().code, Errc::rate_limited);
  EXPECT_EQ(refused.error().retry_at, now_ + minutes(30));
  EXPECT_TRUE(hub_.Next(http::Cost::free, now_).has_value());
  Ask(hub_, left(60));
  EXPECT_TRUE(hub_.Next(http::Cost::pull, now_).has_value()) << "a HEAD said that the window slid on";
  Ask(hub_, left(0));
  EXPECT_TRUE(hub_.Next(http::Cost::pull, now_ + hours(6)).has_value()) << "the window is over";
}

TEST_F(HostLimitsTest, WhatIsUnderWayCountsAsSpent) {
  LimitOptions options;
  options.rate.burst = 1000;
  HostLimits hub("registry-1.docker.io", options, now_);
  Ask(hub, Answer(200, {{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", "50;w=21600"}}));
  int sent = 0;
  while (hub.Next(http::Cost::pull, now_).value_or(now_ + hours(1)) <= now_) {
    hub.Enter(http::Cost::pull, now_);
    ++sent;
  }
  EXPECT_EQ(sent, 30);
}

TEST_F(HostLimitsTest, ABudgetWithoutLimitOrWindowIsUsedAsFarAsItGoes) {
  Ask(host_, Answer(200, {{"ratelimit-remaining", "10"}}));
  Ask(host_, Answer(200, {{"ratelimit-remaining", "2"}}));
  EXPECT_FALSE(host_.Next(http::Cost::pull, now_).has_value());
  EXPECT_TRUE(host_.Next(http::Cost::pull, now_ + minutes(1)).has_value());
}

TEST_F(HostLimitsTest, AHostThatDoesNotAnswerIsLeftAloneAndTriedByOne) {
  Ask(host_, Answer(503));
  Ask(host_, Answer(200));
  Ask(host_, Answer(502));
  const Error timeout{Errc::unavailable, "timeout"};
  EXPECT_THAT(host_.Failed(host_.Enter(http::Cost::free, now_), timeout, now_), IsEmpty());
  EXPECT_THAT(host_.Failed(host_.Enter(http::Cost::free, now_), timeout, now_), HasSubstr("does not answer"));
  const auto next = host_.Next(http::Cost::free, now_);
  ASSERT_FALSE(next.has_value());
  EXPECT_EQ(next.error().code, Errc::unavailable);
  const Time retry_at = next.error().retry_at.value_or(Time());
  EXPECT_GE(retry_at, now_ + seconds(27));
  EXPECT_LE(retry_at, now_ + seconds(33));
  EXPECT_FALSE(host_.Next(http::Cost::free, retry_at - milliseconds(1)).has_value());
  now_ = retry_at;
  const http::Pass probe = host_.Enter(http::Cost::free, now_);
  EXPECT_TRUE(probe.probe);
  EXPECT_FALSE(host_.Next(http::Cost::free, now_).has_value());
  EXPECT_THAT(host_.Failed(probe, Error{Errc::cancelled, ""}, now_), IsEmpty());
  ASSERT_TRUE(host_.Next(http::Cost::free, now_).has_value()) << "a probe that was given up says nothing";
  EXPECT_THAT(Ask(host_, Answer(404)), HasSubstr("answers again"));
  EXPECT_FALSE(host_.breaker_open());
}

// A connection that dies takes along all that is on it.
TEST_F(HostLimitsTest, WhatTimesOutTogetherIsOneFailure) {
  const Error timeout{Errc::unavailable, "timeout"};
  for (int silence = 1; silence <= 3; ++silence) {
    std::vector<http::Pass> passes;
    for (int i = 0; i < 10; ++i) passes.push_back(host_.Enter(http::Cost::free, now_));
    EXPECT_FALSE(host_.breaker_open()) << silence;
    now_ += seconds(60);
    for (const auto& pass : passes) {
      host_.Failed(pass, timeout, now_);
      now_ += milliseconds(1);
    }
  }
  EXPECT_TRUE(host_.breaker_open()) << "three, one after another";
}

// A timeout, a 5xx and a name that does not resolve all count; hosts that fell silent together are not tried together.
TEST_F(HostLimitsTest, SilentHostsAreTriedAgainAtDifferentTimes) {
  std::set<Time> tries;
  for (int i = 0; i < 20; ++i) {
    HostLimits host("h" + std::to_string(i) + ".example", LimitOptions(), now_);
    Ask(host, Answer(500));
    host.Failed(host.Enter(http::Cost::free, now_), Error{Errc::unavailable, "timeout"}, now_);
    host.Failed(host.Enter(http::Cost::free, now_), Error{Errc::unavailable, "could not resolve host"}, now_);
    const auto next = host.Next(http::Cost::free, now_);
    ASSERT_FALSE(next.has_value());
    tries.insert(next.error().retry_at.value_or(Time()));
  }
  EXPECT_GT(tries.size(), 15u);
}

// And one that says when is asked again then, whatever the breaker says.
TEST_F(HostLimitsTest, RetryAfterOfA503IsABan) {
  Ask(host_, Answer(503, {{"Retry-After", "600"}}));
  EXPECT_EQ(host_.BannedUntil(http::Cost::free, now_), kStart + minutes(10));
  const auto next = host_.Next(http::Cost::free, now_);
  ASSERT_FALSE(next.has_value());
  EXPECT_EQ(next.error().code, Errc::rate_limited);
  EXPECT_EQ(next.error().retry_at, kStart + minutes(10));
  EXPECT_DOUBLE_EQ(host_.rps(), 50) << "it says nothing of the rate";
  EXPECT_TRUE(host_.Next(http::Cost::free, kStart + minutes(10)).has_value());
  Ask(hub_, Answer(500, {{"Retry-After", "600"}}));
  EXPECT_EQ(hub_.BannedUntil(http::Cost::free, now_), std::nullopt);
}

TEST_F(HostLimitsTest, NotEveryErrorIsTheHosts) {
  for (int i = 0; i < 10; ++i) {
    Ask(host_, Answer(i % 2 == 0 ? 501 : 404));
    host_.Failed(host_.Enter(http::Cost::free, now_), Error{Errc::cancelled, ""}, now_);
    host_.Failed(host_.Enter(http::Cost::free, now_), Error{Errc::too_large, ""}, now_);
  }
  EXPECT_FALSE(host_.breaker_open());
}

TEST_F(HostLimitsTest, SurvivesARestart) {
  EXPECT_FALSE(hub_.TakeChanged());
  Ask(hub_, Answer(200, {{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", "21;w=21600"}}));
  Ask(hub_, Answer(429, {{"retry-after", "21600"}}));
  hub_.SetNoHead(now_ + hours(24));
  hub_.SetPageSize(100);
  EXPECT_TRUE(hub_.TakeChanged());
  EXPECT_FALSE(hub_.TakeChanged());
  const HostRecord record = hub_.ToRecord(now_);
  EXPECT_EQ(record.host, "registry-1.docker.io");
  EXPECT_GT(record.expiry, now_ + hours(24));

  HostLimits again("registry-1.docker.io", LimitOptions(), now_);
  again.Restore(record, now_);
  EXPECT_EQ(again.ToRecord(now_), record);
  EXPECT_DOUBLE_EQ(again.rps(), 25);
  EXPECT_EQ(again.BannedUntil(http::Cost::free, now_), now_ + hours(6));
  EXPECT_FALSE(again.HeadWorks(now_));
  EXPECT_TRUE(again.HeadWorks(now_ + hours(24)));
  EXPECT_EQ(again.page_size(), 100u);
  EXPECT_THAT(again.Recover(now_ + minutes(10)), IsEmpty()) << "the cool-down goes on";
}

TEST_F(HostLimitsTest, ALowerConfiguredRateWinsOverTheLearned) {
  HostRecord record;
  record.host = "quay.io";
  record.rate = 30;
  LimitOptions options;
  options.hosts["quay.io"] = HostRate{5, 2};
  HostLimits host("quay.io", options, now_);
  host.Restore(record, now_);
  EXPECT_DOUBLE_EQ(host.rps(), 5);
}

TEST_F(HostLimitsTest, AClockThatJumpsBackEndsNoServiceForLong) {
  Ask(host_, Answer(429, {{"retry-after", "21600"}}));
  EXPECT_EQ(host_.BannedUntil(http::Cost::free, kStart - hours(24 * 300)), std::nullopt);
  EXPECT_THAT(host_.Recover(kStart - hours(24 * 300)), HasSubstr("requests a second"));
}

TEST_F(HostLimitsTest, TheDefaultsAreFluxs) {
  const LimitOptions options;
  EXPECT_EQ(options.rate.rps, 50);
  EXPECT_EQ(options.rate.burst, 10);
  EXPECT_EQ(options.cool_down, std::chrono::minutes(20));
}

}  // namespace
}  // namespace larder
