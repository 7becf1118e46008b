#include "limits/rate_limiters.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "support/virtual_timers.h"

namespace larder {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Outcome {
  std::string name;
  Duration at;
  Errc code;  // Errc::already_exists stands for success
  http::Pass pass;
  std::optional<Time> retry_at;
};
constexpr Errc kPassed = Errc::already_exists;

class RateLimitersTest : public ::testing::Test {
 protected:
  RateLimitersTest() {
    LimitOptions options;
    options.rate = HostRate{10, 2};
    limiters_ = std::make_unique<RateLimiters>(timers_, options,
                                               [this](LogLevel, std::string_view line) { log_.emplace_back(line); });
  }

  http::Task<void> Request(std::string name, std::string host, http::Lane lane, http::Cost cost, std::stop_token stop) {
    Result<http::Pass> pass = co_await limiters_->Enter(host, lane, cost, stop);
    Outcome outcome;
    outcome.name = name;
    outcome.at = timers_.Now() - start_;
    outcome.code = pass ? kPassed : pass.error().code;
    if (pass) outcome.pass = *pass;
    if (!pass) outcome.retry_at = pass.error().retry_at;
    outcomes_.push_back(std::move(outcome));
  }
  void Ask(std::string name, std::string host = "a", http::Lane lane = http::Lane::normal,
           http::Cost cost = http::Cost::free, std::stop_token stop = {}) {
    http::Spawn(Request(std::move(name), std::move(host), lane, cost, stop));
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const Outcome& outcome : outcomes_) names.push_back(outcome.name);
    return names;
  }
  void Answer(const std::string& host, int status, std::initializer_list<http::Header> headers = {}) {
    http::Response response;
    response.status = status;
    response.headers = headers;
    limiters_->Leave(host, http::Pass(timers_.Now(), http::Cost::free), &response, nullptr);
  }

  larder::testing::VirtualTimers timers_;
  const Time start_ = timers_.Now();
  std::vector<std::string> log_;
  std::unique_ptr<RateLimiters> limiters_;
  std::vector<Outcome> outcomes_;
};

TEST_F(RateLimitersTest, WhoNeedNotWaitIsAnsweredAtOnceAndNeverBeforeWhoWaits) {
  const auto try_now = [&](http::Cost cost = http::Cost::free) {
    return limiters_->TryEnter("a", http::Lane::normal, cost);
  };
  ASSERT_TRUE(try_now().has_value());
  const auto pull = try_now(http::Cost::pull);
  ASSERT_TRUE(pull.has_value() && pull->has_value());
  EXPECT_EQ((*pull)->cost, http::Cost::pull);
  EXPECT_EQ((*pull)->entered, timers_.Now());
  EXPECT_FALSE(try_now().has_value()) << "the burst is spent, as by Enter";
  Ask("waits");
  Ask("waits too");
  timers_.Advance(milliseconds(100));
  EXPECT_THAT(Names(), ElementsAre("waits"));
  EXPECT_FALSE(try_now().has_value()) << "another waits";
  timers_.Advance(seconds(1));
  EXPECT_THAT(Names(), ElementsAre("waits", "waits too"));
  Answer("a", 429, {{"Retry-After", "3600"}});
  const auto refused = try_now();
  ASSERT_TRUE(refused.has_value());
  ASSERT_FALSE(refused->has_value());
  EXPECT_EQ(refused->error().code, Errc::rate_limited);
  EXPECT_TRUE(refused->error().retry_at.has_value());
}

TEST_F(RateLimitersTest, FirstInFirstOutAtTheRate) {
  for (int i = 0; i < 5; ++i) Ask(std::to_string(i));
  EXPECT_THAT(Names(), ElementsAre("0", "1")) << "the burst";
  timers_.Advance(seconds(1));
  EXPECT_THAT(Names(), ElementsAre("0", "1", "2", "3", "4"));
  EXPECT_EQ(outcomes_[2].at, milliseconds(100));
  EXPECT_EQ(outcomes_[4].at, milliseconds(300));
  EXPECT_EQ(timers_.waiting(), 0u);
}

TEST_F(RateLimitersTest, ThePriorityLaneGoesFirst) {
  for (int i = 0; i < 4; ++i) Ask(std::to_string(i));
  Ask("urgent", "a", http::Lane::priority);
  timers_.Advance(milliseconds(100));
  EXPECT_THAT(Names(), ElementsAre("0", "1", "urgent"));
  timers_.Advance(seconds(1));
  EXPECT_THAT(Names(), ElementsAre("0", "1", "urgent", "2", "3"));
}

TEST_F(RateLimitersTest, WhatIsWantedSoonGoesBetween) {
  for (int i = 0; i < 3; ++i) Ask(std::to_string(i));
  Ask("soon", "a", http::Lane::soon);
  Ask("urgent", "a", http::Lane::priority);
  Ask("soon too", "a", http::Lane::soon);
  timers_.Advance(seconds(1));
  EXPECT_THAT(Names(), ElementsAre("0", "1", "urgent", "soon", "soon too", "2"));
}

TEST_F(RateLimitersTest, OneHostDelaysNoOther) {
  for (int i = 0; i < 100; ++i) Ask("a" + std::to_string(i));
  Ask("b0", "b");
  EXPECT_EQ(outcomes_.back().name, "b0");
  EXPECT_EQ(outcomes_.back().at, Duration(0));
  outcomes_.clear();
  Answer("a", 429, {{"Retry-After", "600"}});
  EXPECT_THAT(outcomes_, SizeIs(98)) << "nobody waits for a long ban";
  outcomes_.clear();
  for (int i = 1; i < 5; ++i) Ask("b" + std::to_string(i), "b");
  timers_.Advance(milliseconds(300));
  EXPECT_THAT(Names(), ElementsAre("b1", "b2", "b3", "b4"));
}

TEST_F(RateLimitersTest, ALongBanAnswersWhoWaitsAndWhoComes) {
  for (int i = 0; i < 4; ++i) Ask(std::to_string(i));
  Answer("a", 429, {{"Retry-After", "600"}});
  Ask("late");
  ASSERT_THAT(Names(), ElementsAre("0", "1", "2", "3", "late"));
  for (std::size_t i = 2; i < 5; ++i) {
    EXPECT_EQ(outcomes_[i].code, Errc::rate_limited);
    EXPECT_EQ(outcomes_[i].retry_at, start_ + minutes(10));
  }
  EXPECT_EQ(limiters_->BannedUntil("a", http::Cost::free), start_ + minutes(10));
  EXPECT_EQ(limiters_->BannedUntil("b", http::Cost::free), std::nullopt);
  timers_.Advance(minutes(10));
  Ask("again");
  EXPECT_EQ(outcomes_.back().code, kPassed);
}

TEST_F(RateLimitersTest, AShortBanIsSatOut) {
  Answer("a", 429, {{"Retry-After", "3"}});
  Ask("0");
  EXPECT_THAT(outcomes_, IsEmpty());
  timers_.Advance(seconds(3));
  ASSERT_THAT(outcomes_, SizeIs(1));
  EXPECT_EQ(outcomes_[0].at, seconds(3));
}

TEST_F(RateLimitersTest, AStopEndsTheWaitAndTakesNoTurn) {
  std::stop_source stop;
  Ask("0");
  Ask("1");
  Ask("stopped", "a", http::Lane::normal, http::Cost::free, stop.get_token());
  Ask("3");
  stop.request_stop();
  EXPECT_THAT(outcomes_, SizeIs(2)) << "not from inside the stop";
  timers_.RunReady();
  ASSERT_THAT(outcomes_, SizeIs(3));
  EXPECT_EQ(outcomes_[2].code, Errc::cancelled);
  timers_.Advance(milliseconds(100));
  EXPECT_EQ(outcomes_.back().name, "3");
  Ask("before", "a", http::Lane::normal, http::Cost::free, stop.get_token());
  EXPECT_EQ(outcomes_.back().code, Errc::cancelled);
}

TEST_F(RateLimitersTest, WhoWaitsAtTheEndIsCancelled) {
  for (int i = 0; i < 4; ++i) Ask(std::to_string(i));
  limiters_.reset();
  ASSERT_THAT(outcomes_, SizeIs(4));
  EXPECT_EQ(outcomes_[3].code, Errc::cancelled);
  EXPECT_EQ(timers_.waiting(), 0u);
}

TEST_F(RateLimitersTest, AHostThatDoesNotAnswerIsTriedByOneRequest) {
  const Error refused{Errc::unavailable, "connection refused"};
  for (int i = 0; i < 3; ++i) limiters_->Leave("a", http::Pass(timers_.Now(), http::Cost::free), nullptr, &refused);
  Ask("0");
  EXPECT_EQ(outcomes_.back().code, Errc::unavailable);
  const Time retry_at = outcomes_.back().retry_at.value_or(Time());
  EXPECT_GE(retry_at, start_ + seconds(27));
  EXPECT_LE(retry_at, start_ + seconds(33));
  timers_.Advance(retry_at - start_);
  Ask("probe");
  Ask("other");
  EXPECT_TRUE(outcomes_[1].pass.probe);
  EXPECT_EQ(outcomes_[2].code, Errc::unavailable);
  Answer("a", 200);
  Ask("after");
  EXPECT_EQ(outcomes_.back().code, kPassed);
  ASSERT_THAT(log_, SizeIs(2)) << "one line for each change of state";
  EXPECT_THAT(log_[0], HasSubstr("a does not answer"));
  EXPECT_THAT(log_[1], HasSubstr("a answers again"));
}

TEST_F(RateLimitersTest, ASucceededCycleOfARepositoryRaisesItsHost) {
  const auto name = ImageName::Parse("alpine");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(RateLimiters::ApiHost(*name), "registry-1.docker.io");
  EXPECT_EQ(RateLimiters::ApiHost(*ImageName::Parse("localhost:5000/a")), "localhost:5000");
  Answer("registry-1.docker.io", 429);
  timers_.Advance(minutes(21));
  limiters_->Succeed(*name);
  ASSERT_THAT(limiters_->Report(), SizeIs(1));
  EXPECT_DOUBLE_EQ(limiters_->Report()[0].rps, 7.5);
}

TEST_F(RateLimitersTest, LearnedStateGoesOutAndComesBack) {
  EXPECT_TRUE(limiters_->CountsPulls("registry-1.docker.io"));
  EXPECT_FALSE(limiters_->CountsPulls("a"));
  Answer("a", 200, {{"ratelimit-remaining", "70;w=60"}, {"ratelimit-limit", "100;w=60"}});
  EXPECT_TRUE(limiters_->CountsPulls("a"));
  Answer("a", 429, {{"Retry-After", "600"}});
  limiters_->SetNoHead("a", timers_.Now() + std::chrono::hours(24));
  limiters_->SetPageSize("a", 100);
  const auto changed = limiters_->TakeChanged();
  ASSERT_THAT(changed, SizeIs(1));
  EXPECT_THAT(limiters_->TakeChanged(), IsEmpty());

  RateLimiters restarted(timers_, LimitOptions());
  restarted.Restore(changed[0]);
  EXPECT_FALSE(restarted.HeadWorks("a"));
  EXPECT_EQ(restarted.PageSize("a"), 100u);
  EXPECT_EQ(restarted.PageSize("b"), 0u);
  EXPECT_EQ(restarted.BannedUntil("a", http::Cost::free), start_ + minutes(10));
  EXPECT_THAT(restarted.TakeChanged(), IsEmpty());
}

TEST_F(RateLimitersTest, ManyWaitersDoNotDeepenTheStack) {
  for (int i = 0; i < 20'000; ++i) Ask("x");
  Answer("a", 429, {{"Retry-After", "600"}});
  EXPECT_THAT(outcomes_, SizeIs(20'000));
}

}  // namespace
}  // namespace larder
