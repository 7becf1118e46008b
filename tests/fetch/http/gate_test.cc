// The gate: asked before each hop, told after.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "fetch/http/fetching.h"
#include "support/recording_gate.h"
#include "support/scripted_server.h"

namespace larder::http {
namespace {

using testing::CollectFetch;
using ::testing::ElementsAre;
using testing::FetchAll;
using testing::FetchOne;
using testing::Get;
using testing::RecordingGate;
using testing::ScriptedReply;
using testing::ScriptedRequest;
using testing::ScriptedServer;

class GateTest : public ::testing::Test {
 protected:
  GateTest() { server_.On("GET", "/x", ScriptedReply(200)); }

  ScriptedServer server_;
  Loop loop_;
  RecordingGate gate_{loop_};
};

TEST_F(GateTest, IsAskedBeforeAndToldAfterEachHop) {
  ScriptedServer other;
  other.On("GET", "/y", ScriptedReply(404));
  server_.On("GET", "/moved", ScriptedReply(307, "", {{"Location", other.url("/y")}}));
  Session session(loop_, {}, &gate_);
  Request request = Get(server_.url("/moved"));
  request.lane = Lane::priority;
  request.cost = Cost::pull;
  ASSERT_TRUE(FetchOne(loop_, session, request).has_value());
  EXPECT_THAT(gate_.entered, ElementsAre(server_.host() + " priority pull", other.host() + " priority"));
  EXPECT_THAT(gate_.left, ElementsAre(server_.host() + " 307", other.host() + " 404"));
}

TEST_F(GateTest, ItsErrorIsTheAnswerAndNothingIsSent) {
  gate_.refuse = Error{Errc::rate_limited, "banned", Time(std::chrono::seconds(5))};
  Session session(loop_, {}, &gate_);
  const Result<Response> answer = FetchOne(loop_, session, Get(server_.url("/x")));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::rate_limited);
  EXPECT_EQ(answer.error().retry_at, Time(std::chrono::seconds(5)));
  EXPECT_EQ(server_.connections(), 0);
  EXPECT_TRUE(gate_.left.empty());
}

TEST_F(GateTest, ThousandsThatItRefusesAtOnceDoNotDeepenTheStack) {
  // The first holds the only slot until all others wait for it; then each gives it to the next.
  gate_.refuse = Error{Errc::unavailable, "breaker open"};
  gate_.refuse_after = 1;
  gate_.wait = Duration(1);
  SessionOptions options;
  options.hosts["*"].slots = 1;
  Session session(loop_, options, &gate_);
  const auto answers = FetchAll(loop_, session, std::vector<Request>(3000, Get(server_.url("/x"))));
  EXPECT_TRUE(answers[0].has_value());
  EXPECT_EQ(std::ranges::count_if(answers, [](const auto& answer) { return answer.has_value(); }), 1);
  EXPECT_EQ(gate_.entered.size(), 3000u);
}

TEST_F(GateTest, IsToldOfErrors) {
  ScriptedReply cut(200, "body");
  cut.cut_after = 0;
  server_.On("GET", "/cut", cut);
  Session session(loop_, {}, &gate_);
  ASSERT_FALSE(FetchOne(loop_, session, Get(server_.url("/cut"))).has_value());
  EXPECT_THAT(gate_.left, ElementsAre(server_.host() + " unavailable"));
}

TEST_F(GateTest, WaitingInItIsOutsideTheTimeout) {
  gate_.wait = Duration(120);
  Session session(loop_, {}, &gate_);
  Request request = Get(server_.url("/x"));
  request.timeout = Duration(100);
  const Result<Response> answer = FetchOne(loop_, session, request);
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
}

TEST_F(GateTest, NoMoreWaitInItThanTheHostHasSlots) {
  gate_.wait = std::chrono::hours(1);
  SessionOptions options;
  options.hosts["*"].slots = 3;
  Session session(loop_, options, &gate_);
  std::stop_source stop;
  loop_.Post([&] {
    EXPECT_EQ(gate_.entered.size(), 3u);
    stop.request_stop();
  });
  FetchAll(loop_, session, std::vector<Request>(10, Get(server_.url("/x"))), stop.get_token());
  EXPECT_EQ(gate_.entered.size(), 3u);
}

TEST_F(GateTest, AStopEndsTheWaitInIt) {
  gate_.wait = std::chrono::hours(1);
  Session session(loop_, {}, &gate_);
  std::stop_source stop;
  loop_.Post([&] { stop.request_stop(); });
  const Result<Response> answer = FetchOne(loop_, session, Get(server_.url("/x")), stop.get_token());
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::cancelled);
  loop_.RunUntilIdle();
  EXPECT_EQ(gate_.passes, 0);
  EXPECT_EQ(server_.connections(), 0);
}

TEST_F(GateTest, APassThatComesAfterTheEndIsGivenBack) {
  gate_.wait = Duration(30);
  gate_.heeds_stop = false;
  auto session = std::make_unique<Session>(loop_, SessionOptions{}, &gate_);
  std::optional<Result<Response>> answer;
  Spawn(CollectFetch(*session, Get(server_.url("/x")), {}, answer));
  session.reset();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->error().code, Errc::cancelled);
  EXPECT_TRUE(gate_.left.empty());
  loop_.RunUntilIdle();
  EXPECT_EQ(gate_.passes, 1);
  EXPECT_THAT(gate_.left, ElementsAre(server_.host() + " cancelled"));
}

}  // namespace
}  // namespace larder::http
