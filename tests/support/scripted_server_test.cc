#include "support/scripted_server.h"

#include <gtest/gtest.h>

#include <thread>

#include "support/http_client.h"

namespace larder::testing {
namespace {

TEST(ScriptedServerTest, TheLatestRouteThatFitsAnswers) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest& request) { return ScriptedReply(200, "otherwise " + request.path); });
  server.On("GET", "/x", ScriptedReply(200, "path"));
  server.On("*", "/x?n=1", ScriptedReply(200, "target"));
  EXPECT_EQ(HttpGet(server.url("/x?n=2"))->body, "path");
  EXPECT_EQ(HttpGet(server.url("/x?n=1"))->body, "target");
  EXPECT_EQ(HttpGet(server.url("/y?n=1"))->body, "otherwise /y");
  EXPECT_EQ(server.count("GET", "/x"), 2u);
  EXPECT_EQ(server.requests().at(0).query, "n=2");
  EXPECT_EQ(server.connections(), 3);
}

TEST(ScriptedServerTest, WithNothingScriptedAnswersNotFound) {
  ScriptedServer server;
  EXPECT_EQ(HttpGet(server.url("/"))->status, 404);
}

TEST(ScriptedServerTest, AStalledAnswerHoldsUpNobodyElse) {
  ScriptedServer server;
  ScriptedReply stalled(200, "late");
  stalled.stall = true;
  server.On("GET", "/late", stalled);
  server.On("GET", "/now", ScriptedReply(200, "now"));
  std::thread waiting([&] { EXPECT_EQ(HttpGet(server.url("/late"))->body, "late"); });
  ASSERT_TRUE(server.WaitForRequests(1));
  EXPECT_EQ(HttpGet(server.url("/now"))->body, "now");
  EXPECT_EQ(server.max_concurrent(), 2);
  server.ReleaseStalled();
  waiting.join();
}

TEST(ScriptedServerTest, ConnectionsEndWithTheServer) {
  std::optional<ScriptedServer> server(std::in_place);
  ScriptedReply stalled(200);
  stalled.stall = true;
  server->On("GET", "/", stalled);
  std::thread waiting([url = server->url("/")] { EXPECT_FALSE(HttpGet(url).has_value()); });
  ASSERT_TRUE(server->WaitForRequests(1));
  server.reset();
  waiting.join();
}

TEST(ScriptedServerTest, CutsAnswersWhereTold) {
  ScriptedServer server;
  ScriptedReply reply(200, "0123456789");
  reply.cut_after = 50;  // the whole has 55
  server.On("GET", "/", reply);
  EXPECT_FALSE(HttpGet(server.url("/")).has_value());
}

TEST(ScriptedServerTest, SpeaksTls) {
  const TestCerts certs;
  TlsOptions tls;
  tls.certs = &certs;
  ScriptedServer server(tls);
  server.On("GET", "/", ScriptedReply(200, "secured"));
  HttpRequest request;
  request.url = server.url("/");
  EXPECT_FALSE(Send(request).has_value());
  request.ca_file = certs.ca_file();
  EXPECT_EQ(Send(request)->body, "secured");
}

}  // namespace
}  // namespace larder::testing
