// Slots and timeouts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>

#include "fetch/http/fetching.h"
#include "fetch/http/slot_requests.h"
#include "support/scripted_server.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using testing::FetchAll;
using testing::FetchOne;
using testing::Get;
using ::testing::HasSubstr;
using testing::ScriptedReply;
using testing::ScriptedRequest;
using testing::ScriptedServer;

ScriptedReply After(milliseconds delay) {
  ScriptedReply reply(200, "x");
  reply.delay = delay;
  return reply;
}

TEST(SessionSlotsTest, NoMoreRequestsAtOnceThanAHostHasSlotsAndAsManyConnections) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return After(milliseconds(2)); });
  Loop loop;
  Session session(loop, WithSlots(4));
  for (const auto& answer : FetchAll(loop, session, Many(server.url("/x"), 40))) ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(server.max_concurrent(), 4);
  EXPECT_EQ(server.connections(), 4);
}

TEST(SessionSlotsTest, RequestsGoOutInTheOrderInWhichTheyCame) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return ScriptedReply(200); });
  Loop loop;
  Session session(loop, WithSlots(1));
  std::vector<Request> requests;
  for (int i = 0; i < 20; ++i) requests.push_back(Get(server.url("/" + std::to_string(i))));
  FetchAll(loop, session, requests);
  const std::vector<ScriptedRequest> seen = server.requests();
  ASSERT_EQ(seen.size(), 20u);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i].path, "/" + std::to_string(i));
}

TEST(SessionSlotsTest, ThePriorityLaneDoesNotWaitForAFullHost) {
  ScriptedServer server;
  server.On("GET", "/slow", Stalled());
  server.On("GET", "/now", [&](const ScriptedRequest&) {
    server.ReleaseStalled();
    return ScriptedReply(200);
  });
  Loop loop;
  Session session(loop, WithSlots(3));
  std::vector<Request> requests = Many(server.url("/slow"), 6);
  requests.push_back(Get(server.url("/now")));
  requests.back().lane = Lane::priority;
  for (const auto& answer : FetchAll(loop, session, requests)) ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(server.count("GET", "/slow"), 6u);
}

TEST(SessionSlotsTest, OneHostDoesNotHoldUpAnother) {
  ScriptedServer slow, quick;
  slow.Otherwise([](const ScriptedRequest&) { return Stalled(); });
  quick.Otherwise([&](const ScriptedRequest&) {
    slow.ReleaseStalled();
    return ScriptedReply(200);
  });
  Loop loop;
  Session session(loop, WithSlots(1));
  std::vector<Request> requests = Many(slow.url("/x"), 5);
  requests.push_back(Get(quick.url("/x")));
  for (const auto& answer : FetchAll(loop, session, requests)) ASSERT_TRUE(answer.has_value());
}

TEST(SessionTimeoutTest, AnAnswerThatDoesNotComeIsUnavailable) {
  ScriptedServer server;
  server.On("GET", "/stalls", Stalled());
  server.On("GET", "/works", ScriptedReply(200));
  Loop loop;
  Session session(loop, {});
  Request request = Get(server.url("/stalls"));
  request.timeout = milliseconds(50);
  const Result<Response> answer = FetchOne(loop, session, request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("within 50 ms"));
  ASSERT_TRUE(FetchOne(loop, session, Get(server.url("/works"))).has_value());
  EXPECT_EQ(server.connections(), 2) << "the stalled connection is not used again";
}

TEST(SessionTimeoutTest, WaitingForASlotIsNotCounted) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return After(milliseconds(60)); });
  Loop loop;
  Session session(loop, WithSlots(1));
  std::vector<Request> requests = Many(server.url("/x"), 6);
  for (Request& request : requests) request.timeout = milliseconds(300);
  for (const auto& answer : FetchAll(loop, session, requests)) {
    ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  }
}

TEST(SessionTimeoutTest, ConnectingHasATimeoutOfItsOwn) {
  // Listens, and has its queue filled: further connections are neither accepted nor refused.
  Result<testing::Socket> listener = testing::BindLoopback(testing::Transport::tcp, 0);
  ASSERT_TRUE(listener.has_value());
  ASSERT_EQ(::listen(listener->fd(), 0), 0);
  const std::uint16_t port = testing::LocalPort(*listener);
  Result<testing::Socket> filler = testing::ConnectLoopback(port);
  ASSERT_TRUE(filler.has_value());
  Loop loop;
  Session session(loop, {});
  Request request = Get("http://127.0.0.1:" + std::to_string(port) + "/");
  request.connect_timeout = milliseconds(50);
  const Result<Response> answer = FetchOne(loop, session, request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
}

// It accepts connections, and never answers the handshake.
TEST(SessionTimeoutTest, AHandshakeThatIsNeverAnsweredCostsTheTimeoutOfConnecting) {
  Result<testing::Socket> listener = testing::BindLoopback(testing::Transport::tcp, 0);
  ASSERT_TRUE(listener.has_value());
  ASSERT_EQ(::listen(listener->fd(), 10), 0);
  const std::string mute = "https://127.0.0.1:" + std::to_string(testing::LocalPort(*listener)) + "/";
  Loop loop;
  SessionOptions options;
  EXPECT_EQ(options.connect_timeout, std::chrono::seconds(10));
  options.connect_timeout = milliseconds(50);
  Session session(loop, options);
  const Request request = Get(mute);
  const auto begin = std::chrono::steady_clock::now();
  const Result<Response> answer = FetchOne(loop, session, request);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, options.timeout);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("127.0.0.1"));
}

}  // namespace
}  // namespace larder::http
