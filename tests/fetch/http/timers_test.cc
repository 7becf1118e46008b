// The loop and its timers; what sleeps by them, also by the tests' clock; and the memory of what sleeps.
#include "http/timers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "http/frames.h"
#include "http/loop.h"
#include "support/virtual_timers.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::VirtualTimers;

Task<void> Record(Timers& timers, Time when, std::stop_token stop, std::optional<bool>& came) {
  Task<bool> sleep = SleepUntil(timers, when, stop);
  const bool answer = co_await sleep;
  came = answer;
}

TEST(LoopTest, RunsPostedFunctionsInOrderAndNeverInsidePost) {
  Loop loop;
  std::vector<int> order;
  loop.Post([&] {
    loop.Post([&] { order.push_back(3); });
    order.push_back(1);
  });
  loop.Post([&] { order.push_back(2); });
  EXPECT_TRUE(order.empty());
  loop.RunUntilIdle();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(LoopTest, FiresTimersByTheirTimeAndThoseOfOneTimeByTheirOrder) {
  Loop loop;
  std::vector<int> order;
  const Time now = loop.Now();
  loop.At(now + milliseconds(20), [&] { order.push_back(3); });
  loop.At(now + milliseconds(10), [&] { order.push_back(2); });
  loop.At(now - seconds(10), [&] { order.push_back(1); });
  loop.At(Time::min(), [&] { loop.At(Time::min(), [&] { order.push_back(0); }); });
  EXPECT_TRUE(order.empty());
  loop.RunUntilIdle();
  EXPECT_THAT(order, ElementsAre(1, 0, 2, 3));
  EXPECT_GE(loop.Now(), now + milliseconds(20));
}

TEST(LoopTest, ACancelledTimerNeitherFiresNorKeepsTheLoop) {
  Loop loop;
  bool fired = false;
  const auto held = std::make_shared<int>();
  const Timers::Id far = loop.At(Time::max(), [&, held] { fired = true; });
  const Timers::Id near = loop.At(loop.Now(), [&, held] { fired = true; });
  EXPECT_EQ(held.use_count(), 3);
  loop.Cancel(far);
  loop.Cancel(near);
  loop.Cancel(near);
  loop.Cancel(12345);
  EXPECT_EQ(held.use_count(), 1);
  loop.RunUntilIdle();
  EXPECT_FALSE(fired);
}

TEST(LoopTest, StopBeforeRunEndsItAtOnceAndItRunsAgain) {
  Loop loop;
  loop.Stop();
  loop.Run();
  bool ran = false;
  loop.Post([&] {
    loop.Stop();
    loop.Post([&] { ran = true; });
  });
  loop.Run();
  EXPECT_TRUE(ran) << "what is ready runs on the way out";
}

TEST(LoopTest, OtherThreadsPostAndStop) {
  Loop loop;
  std::atomic<int> posted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        loop.Post([&] {
          if (++posted == 4000) loop.Stop();
        });
      }
    });
  }
  loop.Run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(posted, 4000);
}

TEST(SleepUntilTest, IsTrueWhenTheTimeCame) {
  VirtualTimers timers;
  std::optional<bool> came;
  Spawn(Record(timers, VirtualTimers::kStart + seconds(5), {}, came));
  timers.Advance(seconds(4));
  EXPECT_EQ(came, std::nullopt);
  timers.Advance(seconds(1));
  EXPECT_EQ(came, true);
}

TEST(SleepUntilTest, AStopEndsItFromTheLoopAndItsTimerGoes) {
  VirtualTimers timers;
  std::optional<bool> came;
  std::stop_source stop;
  Spawn(Record(timers, VirtualTimers::kStart + seconds(5), stop.get_token(), came));
  EXPECT_EQ(timers.waiting(), 1u);
  stop.request_stop();
  EXPECT_EQ(came, std::nullopt) << "not inside request_stop";
  timers.RunReady();
  EXPECT_EQ(came, false);
  EXPECT_EQ(timers.waiting(), 0u);
}

TEST(SleepUntilTest, AStopThatCameBeforeIsFalseAtOnce) {
  VirtualTimers timers;
  std::optional<bool> came;
  std::stop_source stop;
  stop.request_stop();
  Spawn(Record(timers, VirtualTimers::kStart, stop.get_token(), came));
  EXPECT_EQ(came, false);
}

TEST(SleepUntilTest, AStopAndTheTimeAtOnceEndItOnce) {
  VirtualTimers timers;
  std::optional<bool> came;
  std::stop_source stop;
  Spawn(Record(timers, VirtualTimers::kStart + seconds(5), stop.get_token(), came));
  timers.At(VirtualTimers::kStart + seconds(4), [&] { timers.Post([&] { timers.Advance(seconds(1)); }); });
  timers.At(VirtualTimers::kStart + seconds(4), [&] { stop.request_stop(); });
  timers.Advance(seconds(10));
  EXPECT_TRUE(came.has_value());
  EXPECT_EQ(timers.waiting(), 0u);
}

TEST(SleepUntilTest, StopsFromOtherThreadsEndItOnTheLoop) {
  Loop loop;
  for (int round = 0; round < 200; ++round) {
    std::stop_source stop;
    std::optional<bool> came;
    std::optional<std::thread::id> ended_on;
    // Some of these come about when the time does.
    const Time when = loop.Now() + (round % 2 == 0 ? std::chrono::hours(1) : milliseconds(1));
    Spawn(Record(loop, when, stop.get_token(), came), [&] {
      ended_on = std::this_thread::get_id();
      loop.Stop();
    });
    std::thread other([&] { stop.request_stop(); });
    loop.Run();
    other.join();
    EXPECT_TRUE(came.has_value());
    EXPECT_EQ(ended_on, std::this_thread::get_id());
  }
}

TEST(VirtualTimersTest, CallsWhatIsDueInOrderAtItsOwnTime) {
  VirtualTimers timers;
  std::vector<int> at;
  const auto record = [&] { at.push_back(static_cast<int>((timers.Now() - VirtualTimers::kStart) / seconds(1))); };
  timers.At(VirtualTimers::kStart + seconds(3), record);
  timers.At(VirtualTimers::kStart + seconds(1), [&] {
    record();
    timers.At(timers.Now() + seconds(1), record);
    timers.Post(record);
  });
  EXPECT_EQ(timers.next_due(), VirtualTimers::kStart + seconds(1));
  EXPECT_TRUE(timers.AdvanceToNext());
  timers.Advance(seconds(9));
  EXPECT_THAT(at, ElementsAre(1, 1, 2, 3));
  EXPECT_EQ(timers.Now(), VirtualTimers::kStart + seconds(10));
  EXPECT_FALSE(timers.AdvanceToNext());
}

TEST(FramesTest, NoTwoShareMemoryAlsoAfterAnotherThreadGaveSomeBack) {
  constexpr std::size_t kFrames = 40;
  const auto size_of = [](std::size_t i) { return 1 + 4096 * i / (kFrames - 1); };
  std::vector<unsigned char*> frames(kFrames);
  const auto take = [&](std::size_t i) {
    frames[i] = static_cast<unsigned char*>(TakeFrame(size_of(i)));
    std::memset(frames[i], static_cast<int>(i), size_of(i));
  };
  const auto expect_own = [&] {
    EXPECT_EQ(std::set<unsigned char*>(frames.begin(), frames.end()).size(), kFrames);
    for (std::size_t i = 0; i < kFrames; ++i) {
      EXPECT_EQ(frames[i][0], i);
      EXPECT_EQ(frames[i][size_of(i) - 1], i);
    }
  };
  for (std::size_t i = 0; i < kFrames; ++i) take(i);
  expect_own();
  std::thread([&] {
    for (std::size_t i = 0; i < kFrames / 2; ++i) GiveFrame(frames[i], size_of(i));
  }).join();
  for (std::size_t i = 0; i < kFrames / 2; ++i) take(i);
  expect_own();
  for (std::size_t i = 0; i < kFrames; ++i) GiveFrame(frames[i], size_of(i));
  for (std::size_t i = kFrames; i > 0; --i) take(i - 1);  // what was kept
  expect_own();
  for (std::size_t i = 0; i < kFrames; ++i) GiveFrame(frames[i], size_of(i));
}

TEST(VirtualTimersTest, AJumpOfTheClockMovesWhatWaits) {
  VirtualTimers timers;
  bool fired = false;
  timers.At(VirtualTimers::kStart + seconds(5), [&] { fired = true; });
  timers.Jump(std::chrono::hours(1));
  timers.RunReady();
  EXPECT_FALSE(fired);
  timers.Advance(seconds(5));
  EXPECT_TRUE(fired);
}

}  // namespace
}  // namespace larder::http
