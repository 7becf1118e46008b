#include "larder/breaker.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

namespace larder {
namespace {

using namespace std::chrono_literals;
using Admission = Breaker::Admission;
using State = Breaker::State;

class BreakerTest : public ::testing::Test {
 protected:
  // One request that fails at once; false where it was not let through.
  bool FailOnce() {
    const Admission admission = breaker_.Admit(now_);
    if (admission == Admission::refused) return false;
    breaker_.Failed(admission, now_, now_);
    return true;
  }

  void Open() {
    for (std::uint32_t i = 0; i < kBreakerFailures; ++i) ASSERT_TRUE(FailOnce());
    ASSERT_EQ(breaker_.state(), State::open);
  }

  Time now_{std::chrono::seconds(1'700'000'000)};
  Breaker breaker_;
};

TEST_F(BreakerTest, LetsEverythingThroughWhileTheHostAnswers) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(breaker_.Admit(now_), Admission::pass);
    breaker_.Succeeded();
  }
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(BreakerTest, OpensAtTheThirdFailureInARowOnly) {
  EXPECT_TRUE(FailOnce());
  EXPECT_TRUE(FailOnce());
  breaker_.Succeeded();
  EXPECT_TRUE(FailOnce());
  EXPECT_TRUE(FailOnce());
  EXPECT_EQ(breaker_.state(), State::closed);
  EXPECT_TRUE(FailOnce());
  EXPECT_EQ(breaker_.state(), State::open);
  EXPECT_EQ(breaker_.Admit(now_), Admission::refused);
  EXPECT_EQ(breaker_.retry_at(), now_ + 30s);
}

TEST_F(BreakerTest, LetsOneProbeThroughWhenTheWaitIsOver) {
  Open();
  now_ += 30s - 1ms;
  EXPECT_EQ(breaker_.Admit(now_), Admission::refused);
  now_ += 1ms;
  EXPECT_EQ(breaker_.Admit(now_), Admission::probe);
  EXPECT_EQ(breaker_.state(), State::probing);
  EXPECT_EQ(breaker_.Admit(now_), Admission::refused);
  breaker_.Succeeded();
  EXPECT_EQ(breaker_.Admit(now_), Admission::pass);
}

TEST_F(BreakerTest, WaitsTwiceAsLongAfterEachFailedProbeUpToFifteenMinutes) {
  Open();
  for (const Duration wait : {Duration(30s), Duration(60s), Duration(120s), Duration(240s), Duration(480s),
                              Duration(15min), Duration(15min)}) {
    EXPECT_EQ(breaker_.retry_at() - now_, wait);
    now_ = breaker_.retry_at();
    EXPECT_TRUE(FailOnce());
    EXPECT_EQ(breaker_.state(), State::open);
  }
}

// What opens at the same moment for many is tried again at different ones, within a tenth of the wait.
TEST_F(BreakerTest, WaitsOfNamedHostsAreSpreadByATenth) {
  Duration least = Duration::max(), most{0};
  for (int i = 0; i < 200; ++i) {
    const std::string host = "h" + std::to_string(i) + ".example";
    Breaker one(host), again(host);
    for (Breaker* breaker : {&one, &again}) {
      for (std::uint32_t n = 0; n < kBreakerFailures; ++n) breaker->Failed(breaker->Admit(now_), now_, now_);
    }
    EXPECT_EQ(one.retry_at(), again.retry_at()) << "a function of name and time";
    least = std::min(least, one.retry_at() - now_);
    most = std::max(most, one.retry_at() - now_);
  }
  EXPECT_GE(least, 27s);
  EXPECT_LT(least, 28s);
  EXPECT_GT(most, 32s);
  EXPECT_LE(most, 33s);
}

TEST_F(BreakerTest, ANamedHostIsNeverLeftAloneForLongerThanTheLongestWait) {
  breaker_ = Breaker("quay.io");
  Open();
  for (std::uint32_t i = 0; i < 30; ++i) {
    EXPECT_LE(breaker_.retry_at() - now_, kLongestHostWait);
    EXPECT_EQ(breaker_.Admit(breaker_.retry_at() - 1ms), Admission::refused);
    now_ = breaker_.retry_at();
    EXPECT_TRUE(FailOnce());
  }
  EXPECT_GE(breaker_.retry_at() - now_, kHostBackoff.most * 9 / 10);
}

TEST_F(BreakerTest, AfterASuccessTheCountAndTheWaitBeginAnew) {
  Open();
  now_ = breaker_.retry_at();
  FailOnce();
  now_ = breaker_.retry_at();
  ASSERT_EQ(breaker_.Admit(now_), Admission::probe);
  breaker_.Succeeded();
  EXPECT_TRUE(FailOnce());
  EXPECT_TRUE(FailOnce());
  EXPECT_EQ(breaker_.state(), State::closed);
  EXPECT_TRUE(FailOnce());
  EXPECT_EQ(breaker_.retry_at(), now_ + 30s);
}

TEST_F(BreakerTest, WhatWasUnderWayDoesNotLengthenTheWait) {
  const Admission early = breaker_.Admit(now_);
  const Time sent = now_;
  Open();
  const Time retry_at = breaker_.retry_at();
  now_ += 10s;
  breaker_.Failed(early, sent, now_);
  EXPECT_EQ(breaker_.retry_at(), retry_at);

  now_ = retry_at;
  ASSERT_EQ(breaker_.Admit(now_), Admission::probe);
  breaker_.Failed(early, sent, now_);  // an old one ends while the probe is out
  EXPECT_EQ(breaker_.state(), State::probing);
}

// As when the connection that all were on has died.
TEST_F(BreakerTest, WhatWasUnderWayTogetherFailsOnce) {
  const Time sent = now_;
  now_ += 60s;
  for (int i = 0; i < 20; ++i, now_ += 1ms) breaker_.Failed(Admission::pass, sent + i * 1ms, now_);
  EXPECT_EQ(breaker_.state(), State::closed);
  EXPECT_TRUE(FailOnce());
  for (int i = 0; i < 20; ++i) breaker_.Failed(Admission::pass, sent, now_ + 1s);
  EXPECT_EQ(breaker_.state(), State::closed);
  now_ += 2s;
  EXPECT_TRUE(FailOnce());
  EXPECT_EQ(breaker_.state(), State::open) << "three, one after another";
}

TEST_F(BreakerTest, AClockSetBackDoesNotKeepItClosedForEver) {
  EXPECT_TRUE(FailOnce());
  now_ -= std::chrono::days(365);
  EXPECT_TRUE(FailOnce());
  EXPECT_TRUE(FailOnce());
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(BreakerTest, WhatWasUnderWayAndSucceedsCloses) {
  ASSERT_EQ(breaker_.Admit(now_), Admission::pass);
  Open();
  breaker_.Succeeded();
  EXPECT_EQ(breaker_.Admit(now_), Admission::pass);
}

TEST_F(BreakerTest, AnAbortedProbeMakesRoomForAnother) {
  Open();
  now_ = breaker_.retry_at();
  ASSERT_EQ(breaker_.Admit(now_), Admission::probe);
  breaker_.Cancelled(Admission::probe);
  EXPECT_EQ(breaker_.Admit(now_), Admission::probe);
}

TEST_F(BreakerTest, AnAbortedRequestSaysNothing) {
  FailOnce();
  FailOnce();
  breaker_.Cancelled(breaker_.Admit(now_));
  EXPECT_EQ(breaker_.state(), State::closed);
  FailOnce();
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(BreakerTest, AClockSetBackDoesNotKeepItOpenForEver) {
  Open();
  now_ -= std::chrono::days(365);
  EXPECT_EQ(breaker_.Admit(now_), Admission::probe);
}

}  // namespace
}  // namespace larder
