// Stops, from any thread, and ends of sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "fetch/http/fetching.h"
#include "fetch/http/slot_requests.h"
#include "support/scripted_server.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::CollectFetch;
using testing::FetchAll;
using testing::FetchOne;
using testing::Get;
using testing::ScriptedReply;
using testing::ScriptedRequest;
using testing::ScriptedServer;
using Answers = std::vector<Result<Response>>;

TEST(SessionStopTest, AStopBeforeSendsNothing) {
  ScriptedServer server;
  Loop loop;
  Session session(loop, {});
  std::stop_source stop;
  stop.request_stop();
  const Result<Response> answer = FetchOne(loop, session, Get(server.url("/x")), stop.get_token());
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::cancelled);
  EXPECT_EQ(server.connections(), 0);
}

TEST(SessionStopTest, AStopEndsTransfersAndWhatWaitsForASlot) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return Stalled(); });
  Loop loop;
  Session session(loop, WithSlots(2));
  std::stop_source stop;
  // Requested on the loop's own thread, from a timer that polls: a stop callback runs inside this call.
  std::function<void()> poll = [&] {
    if (server.requests().size() == 2) {
      stop.request_stop();
    } else {
      loop.At(loop.Now() + milliseconds(1), poll);
    }
  };
  poll();
  const Answers answers = FetchAll(loop, session, Many(server.url("/x"), 50), stop.get_token());
  for (const auto& answer : answers) {
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Errc::cancelled);
  }
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(SessionStopTest, AnotherThreadMayRequestIt) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return Stalled(); });
  Loop loop;
  Session session(loop, WithSlots(2));
  std::stop_source stop;
  std::thread other([&] {
    server.WaitForRequests(2);
    stop.request_stop();
  });
  const Answers answers = FetchAll(loop, session, Many(server.url("/x"), 50), stop.get_token());
  other.join();
  for (const auto& answer : answers) EXPECT_EQ(answer.error().code, Errc::cancelled);
}

TEST(SessionStopTest, OneOfManyEndsAloneAndItsSlotGoesOn) {
  ScriptedServer server;
  server.On("GET", "/stalls", Stalled());
  server.On("GET", "/works", ScriptedReply(200));
  Loop loop;
  Session session(loop, WithSlots(1));
  std::stop_source stop;
  std::optional<Result<Response>> stalled, works;
  Spawn(CollectFetch(session, Get(server.url("/stalls")), stop.get_token(), stalled));
  Spawn(CollectFetch(session, Get(server.url("/works")), {}, works), [&] { loop.Stop(); });
  std::thread other([&] {
    server.WaitForRequests(1);
    stop.request_stop();
  });
  loop.Run();
  other.join();
  EXPECT_EQ(stalled->error().code, Errc::cancelled);
  EXPECT_TRUE(works->has_value());
}

TEST(SessionStopTest, AResolverThatHangsDoesNotHoldTheEnd) {
  // ".invalid" is looked up in a thread of curl's; whether that fails at once or hangs for seconds is the machine's
  // affair.
  Loop loop;
  auto session = std::make_unique<Session>(loop, SessionOptions{});
  std::stop_source stop;
  std::optional<Result<Response>> answer;
  Spawn(CollectFetch(*session, Get("http://registry.invalid/v2/"), stop.get_token(), answer));
  loop.Post([&] { stop.request_stop(); });
  const auto begin = std::chrono::steady_clock::now();
  loop.RunUntilIdle();
  session.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(1));
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->has_value());
}

TEST(SessionEndTest, StopThenRunDryThenDestroyTakesLessThanASecond) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return Stalled(); });
  Loop loop;
  auto session = std::make_unique<Session>(loop, WithSlots(50));
  std::stop_source stop;
  std::vector<std::optional<Result<Response>>> answers(500);
  for (auto& answer : answers) Spawn(CollectFetch(*session, Get(server.url("/x")), stop.get_token(), answer));
  std::thread other([&] {
    server.WaitForRequests(50);
    loop.Stop();
  });
  loop.Run();
  other.join();
  const auto begin = std::chrono::steady_clock::now();
  stop.request_stop();
  loop.RunUntilIdle();
  for (const auto& answer : answers) EXPECT_EQ(answer->error().code, Errc::cancelled);
  session.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(1));
}

TEST(SessionEndTest, DestroyingItCancelsWhatIsInFlightBeforeItReturns) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return Stalled(); });
  Loop loop;
  auto session = std::make_unique<Session>(loop, WithSlots(2));
  std::vector<std::optional<Result<Response>>> answers(10);
  for (auto& answer : answers) Spawn(CollectFetch(*session, Get(server.url("/x")), {}, answer));
  std::thread other([&] {
    server.WaitForRequests(2);
    loop.Stop();
  });
  loop.Run();
  other.join();
  session.reset();
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->error().code, Errc::cancelled);
  }
  loop.RunUntilIdle();
}

Task<void> FetchAgainAndAgain(Session& session, std::string url, int& cancelled) {
  for (int i = 0; i < 3; ++i) {
    Task<Result<Response>> fetch = session.Fetch(Get(url), {});
    const Result<Response> answer = co_await fetch;
    if (!answer.has_value() && answer.error().code == Errc::cancelled) ++cancelled;
  }
}

TEST(SessionEndTest, WhoTriesAgainInADyingSessionIsCancelledAtOnce) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return Stalled(); });
  Loop loop;
  auto session = std::make_unique<Session>(loop, SessionOptions{});
  int cancelled = 0;
  Spawn(FetchAgainAndAgain(*session, server.url("/x"), cancelled));
  session.reset();
  EXPECT_EQ(cancelled, 3);
}

TEST(SessionEndTest, AnAnswersReceiverMayDestroyIt) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return ScriptedReply(200); });
  Loop loop;
  auto session = std::make_unique<Session>(loop, WithSlots(2));
  std::vector<std::optional<Result<Response>>> answers(10);
  int ended = 0;
  for (auto& answer : answers) {
    Spawn(CollectFetch(*session, Get(server.url("/x")), {}, answer), [&] {
      if (++ended == 1) session.reset();
    });
  }
  loop.RunUntilIdle();
  EXPECT_EQ(ended, 10);
  EXPECT_EQ(std::ranges::count_if(answers, [](const auto& answer) { return answer->has_value(); }), 1);
}

TEST(SessionEndTest, TheLoopIsIdleWhenNothingIsInFlight) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return ScriptedReply(200); });
  Loop loop;
  Session session(loop, {});
  std::optional<Result<Response>> answer;
  Spawn(CollectFetch(session, Get(server.url("/x")), {}, answer));
  const auto begin = std::chrono::steady_clock::now();
  loop.RunUntilIdle();
  EXPECT_TRUE(answer->has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(5)) << "its timeout was still waited for";
}

}  // namespace
}  // namespace larder::http
