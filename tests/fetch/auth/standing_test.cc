#include "auth/standing.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "support/virtual_timers.h"

namespace larder {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;

class StandingTest : public ::testing::Test {
 protected:
  http::Task<void> Try(std::string name, std::stop_token stop) {
    Result<Standing::Turn> turn = co_await standing_.Take("place", stop);
    events_.push_back(name + (turn ? "" : " stopped"));
    if (turn) turns_.push_back(*std::move(turn));
  }
  void Start(std::string name, std::stop_token stop = {}) { http::Spawn(Try(std::move(name), std::move(stop))); }

  testing::VirtualTimers timers_;
  Standing standing_{timers_, minutes(5)};
  std::vector<std::string> events_;
  std::vector<Standing::Turn> turns_;
};

TEST_F(StandingTest, OneTriesAtATimeUntilItIsAccepted) {
  Start("a");
  Start("b");
  Start("c");
  timers_.RunReady();
  EXPECT_THAT(events_, ElementsAre("a"));
  turns_.clear();
  timers_.RunReady();
  EXPECT_THAT(events_, ElementsAre("a", "b")) << "nothing was learned";
  standing_.Accept("place");
  turns_.clear();
  Start("d");
  timers_.RunReady();
  EXPECT_THAT(events_, ElementsAre("a", "b", "d", "c"));
  EXPECT_TRUE(standing_.Accepted("place"));
}

TEST_F(StandingTest, ARefusalLetsAllGoAndIsForgotten) {
  Start("a");
  Start("b");
  Start("c");
  standing_.Refuse("place");
  turns_.clear();
  timers_.RunReady();
  EXPECT_THAT(events_, ElementsAre("a", "b", "c"));
  EXPECT_EQ(standing_.RefusedUntil("place"), timers_.Now() + minutes(5));
  EXPECT_EQ(standing_.RefusedUntil("elsewhere"), std::nullopt);
  timers_.Advance(minutes(5));
  EXPECT_EQ(standing_.RefusedUntil("place"), std::nullopt);
}

TEST_F(StandingTest, AClockThatWasSetBackForgivesARefusal) {
  standing_.Refuse("place");
  timers_.Jump(-hours(10));
  EXPECT_EQ(standing_.RefusedUntil("place"), std::nullopt);
}

TEST_F(StandingTest, AStopEndsTheWait) {
  std::stop_source stop;
  Start("a");
  Start("b", stop.get_token());
  stop.request_stop();
  timers_.RunReady();
  EXPECT_THAT(events_, ElementsAre("a", "b stopped"));
}

TEST_F(StandingTest, ManyPlacesAreForgottenAgain) {
  for (int i = 0; i < 5000; ++i) {
    standing_.Refuse("place" + std::to_string(i));
    timers_.Advance(minutes(1));
  }
  EXPECT_TRUE(standing_.RefusedUntil("place4999").has_value());
}

}  // namespace
}  // namespace larder
