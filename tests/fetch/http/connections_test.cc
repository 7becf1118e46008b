// Connections: how many, whose, and when they are given up.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>
#include <string>
#include <thread>

#include "fetch/http/fetching.h"
#include "http/base64.h"
#include "support/byte_stream.h"
#include "support/connect_proxy.h"
#include "support/http2_stub.h"
#include "support/scripted_server.h"
#include "support/tcp_relay.h"
#include "support/test_certs.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using testing::CollectFetch;
using testing::FetchAll;
using testing::FetchOne;
using testing::Get;
using testing::Http2Stub;
using testing::ScriptedReply;
using testing::ScriptedRequest;
using testing::ScriptedServer;
using testing::TestCerts;

class Http2Test : public ::testing::Test {
 protected:
  Http2Test() { options_.hosts["*"].ca_file = certs_.ca_file(); }

  TestCerts certs_;
  Http2Stub server_{certs_};
  SessionOptions options_;
  Loop loop_;
};

TEST_F(Http2Test, ABurstToAColdHostSharesOneConnection) {
  options_.hosts["*"].slots = 64;
  Session session(loop_, options_);
  for (const auto& answer : FetchAll(loop_, session, std::vector<Request>(200, Get(server_.url())))) {
    ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
    EXPECT_EQ(answer->body, "x");
  }
  EXPECT_EQ(server_.connections(), 1);
  EXPECT_EQ(session.connections(), 1u);
  EXPECT_EQ(server_.requests(), 200);
}

TEST_F(Http2Test, ADeadConnectionIsGivenUpAfterATimeout) {
  Session session(loop_, options_);
  ASSERT_TRUE(FetchOne(loop_, session, Get(server_.url())).has_value());
  server_.Freeze();
  Request request = Get(server_.url());
  request.timeout = milliseconds(100);
  const Result<Response> answer = FetchOne(loop_, session, request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  const Result<Response> next = FetchOne(loop_, session, Get(server_.url()));
  ASSERT_TRUE(next.has_value()) << next.error().ToString();
  EXPECT_EQ(server_.connections(), 2);
}

TEST_F(Http2Test, WhatElseWaitsOnADeadConnectionDoesNotWaitForItsOwnTimeout) {
  Session session(loop_, options_);
  ASSERT_TRUE(FetchOne(loop_, session, Get(server_.url())).has_value());
  server_.Freeze();
  std::vector<Request> requests(3, Get(server_.url()));
  requests[0].timeout = milliseconds(100);
  const auto begin = std::chrono::steady_clock::now();
  const auto answers = FetchAll(loop_, session, requests);
  EXPECT_FALSE(answers[0].has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(Http2Test, AConnectionOnWhichOthersAreAnsweredIsKept) {
  Session session(loop_, options_);
  ASSERT_TRUE(FetchOne(loop_, session, Get(server_.url())).has_value());
  server_.IgnoreNext();
  std::vector<Request> requests(2, Get(server_.url()));
  requests[0].timeout = milliseconds(200);
  const auto answers = FetchAll(loop_, session, requests);
  EXPECT_FALSE(answers[0].has_value());
  EXPECT_TRUE(answers[1].has_value());
  ASSERT_TRUE(FetchOne(loop_, session, Get(server_.url())).has_value());
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(Http2Test, AStopOfOneLeavesTheConnectionToTheOthers) {
  Session session(loop_, options_);
  ASSERT_TRUE(FetchOne(loop_, session, Get(server_.url())).has_value());
  server_.IgnoreNext();
  std::stop_source stop;
  std::optional<Result<Response>> stopped;
  Spawn(CollectFetch(session, Get(server_.url()), stop.get_token(), stopped));
  ASSERT_TRUE(FetchOne(loop_, session, Get(server_.url())).has_value());
  stop.request_stop();
  ASSERT_TRUE(FetchOne(loop_, session, Get(server_.url())).has_value());
  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(stopped->error().code, Errc::cancelled);
  ASSERT_TRUE(FetchOne(loop_, session, Get(server_.url())).has_value());
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(Http2Test, WhereItIsNotWantedItIsNotSpoken) {
  options_.http2 = false;
  Session session(loop_, options_);
  Request request = Get(server_.url());
  request.timeout = milliseconds(200);
  static_cast<void>(FetchOne(loop_, session, request));
  EXPECT_EQ(server_.requests(), 0);
}

std::vector<int> OpenSockets(std::uint16_t peer_port) {
  std::vector<int> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::stoi(entry.path().filename());
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || peer.sin_family != AF_INET) continue;
    if (ntohs(peer.sin_port) == peer_port) found.push_back(fd);
  }
  return found;
}

TEST(ConnectionsTest, AreNotInheritedByChildrenAndCloseWithTheSession) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return ScriptedReply(200); });
  Loop loop;
  auto session = std::make_unique<Session>(loop, SessionOptions{});
  ASSERT_TRUE(FetchOne(loop, *session, Get(server.url("/x"))).has_value());
  const std::vector<int> open = OpenSockets(server.port());
  ASSERT_EQ(open.size(), 1u);
  EXPECT_NE(::fcntl(open[0], F_GETFD) & FD_CLOEXEC, 0);
  session.reset();
  EXPECT_TRUE(OpenSockets(server.port()).empty());
}

TEST(ConnectionsTest, OneThatTheServerClosedMeanwhileIsReplaced) {
  ScriptedServer server;
  ScriptedReply reply(200, "x");
  reply.close = true;
  server.On("GET", "/x", reply);
  Loop loop;
  Session session(loop, {});
  for (int i = 0; i < 5; ++i) {
    const Result<Response> answer = FetchOne(loop, session, Get(server.url("/x")));
    ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  }
  EXPECT_EQ(server.connections(), 5);
}

TEST(ConnectionsTest, ThoseThatWereIdleWhenThePathBrokeAreNotUsedAgain) {
  ScriptedServer server;
  ScriptedReply reply(200, "x");
  reply.delay = milliseconds(100);  // so that each has its own
  server.On("GET", "/x", reply);
  testing::TcpRelay relay(server.port());
  Loop loop;
  Session session(loop, {});
  Request request = Get("http://" + relay.host() + "/x");
  for (const auto& answer : FetchAll(loop, session, std::vector<Request>(3, request))) {
    ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  }
  ASSERT_EQ(relay.Freeze(), 3U);
  request.timeout = milliseconds(200);
  EXPECT_FALSE(FetchOne(loop, session, request).has_value());
  request.timeout = std::chrono::seconds(20);
  const Result<Response> next = FetchOne(loop, session, request);
  ASSERT_TRUE(next.has_value()) << next.error().ToString();
  EXPECT_EQ(server.connections(), 4);
}

TEST(ConnectionsTest, OneThatWasUsedWhileAnotherWasSilentIsKept) {
  ScriptedServer server;
  ScriptedReply stalled;
  stalled.stall = true;
  server.On("GET", "/silent", stalled);
  ScriptedReply late(200, "x");
  late.delay = milliseconds(200);
  server.On("GET", "/x", late);
  Loop loop;
  Session session(loop, {});
  Request silent = Get(server.url("/silent"));
  silent.timeout = milliseconds(400);
  const auto answers = FetchAll(loop, session, {silent, Get(server.url("/x"))});
  EXPECT_FALSE(answers[0].has_value());
  EXPECT_TRUE(answers[1].has_value());
  ASSERT_TRUE(FetchOne(loop, session, Get(server.url("/x"))).has_value());
  EXPECT_EQ(server.connections(), 2);
}

// OpenSSL's own writes raise SIGPIPE, which ends the host of the library where it does not ignore it.
TEST(ConnectionsTest, AServerThatHangsUpInTheMiddleOfARequestRaisesNoSignal) {
  const TestCerts certs;
  testing::TlsOptions tls;
  tls.certs = &certs;
  Result<testing::Socket> listener = testing::BindLoopback(testing::Transport::tcp, 0);
  ASSERT_TRUE(listener.has_value());
  ASSERT_EQ(::listen(listener->fd(), 8), 0);
  std::thread server([&, context = testing::MakeTlsContext(tls)] {
    testing::ByteStream stream(testing::Socket(::accept4(listener->fd(), nullptr, nullptr, SOCK_CLOEXEC)), context);
    std::string some;
    if (stream.Handshake()) stream.ReadSome(some);
  });
  SessionOptions options;
  options.hosts["*"].ca_file = certs.ca_file();
  Loop loop;
  Session session(loop, options);
  Request request(Method::post, "https://127.0.0.1:" + std::to_string(testing::LocalPort(*listener)) + "/x");
  request.body = std::string(8 << 20, 'x');
  const Result<Response> answer = FetchOne(loop, session, request);
  server.join();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
}

TEST(ConnectionsTest, ConnectToLeadsThereAndKeepsTheName) {
  ScriptedServer server;
  server.On("GET", "/v2/", ScriptedReply(200));
  Loop loop;
  SessionOptions options;
  options.hosts["registry.example.com"].connect_to = server.host();
  Session session(loop, options);
  const Result<Response> answer = FetchOne(loop, session, Get("http://registry.example.com/v2/"));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(server.requests().at(0).Find("host"), "registry.example.com");
  EXPECT_EQ(answer->url, "http://registry.example.com/v2/");
}

class ProxiedTest : public ::testing::Test {
 protected:
  Result<Response> Fetch(const HostOptions& host, Request request) {
    SessionOptions options;
    options.hosts["*"] = host;
    Session session(loop_, options);
    return FetchOne(loop_, session, std::move(request));
  }
  ScriptedServer proxy_;
  Loop loop_;
};

TEST_F(ProxiedTest, APlainRequestGoesToTheHostsProxyWhole) {
  proxy_.On("GET", "http://registry.example.com/v2/", ScriptedReply(200, "by proxy"));
  HostOptions host;
  host.proxy = proxy_.url();
  Request request = Get("http://registry.example.com/v2/");
  request.public_only = true;  // behind a proxy the address cannot be judged
  const Result<Response> answer = Fetch(host, request);
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->body, "by proxy");
  EXPECT_FALSE(answer->public_peer);
}

TEST_F(ProxiedTest, TlsGoesThroughATunnelAndARefusedOneIsUnavailable) {
  proxy_.On("CONNECT", "registry.example.com:443", ScriptedReply(403, "no", {{"X-Proxy", "1"}}));
  HostOptions host;
  host.proxy = proxy_.url();
  const Result<Response> answer = Fetch(host, Get("https://registry.example.com/v2/"));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(proxy_.count("CONNECT", "registry.example.com:443"), 1u);
}

TEST_F(ProxiedTest, TlsGoesThroughTheTunnelOfAProxyWithAPassword) {
  const TestCerts certs({"registry.example.com"});
  testing::TlsOptions tls;
  tls.certs = &certs;
  ScriptedServer server(tls);
  server.On("GET", "/v2/", ScriptedReply(200, "inside"));
  const testing::ConnectProxy proxy(server.port(), "Basic " + EncodeBase64("robot:hun/ter2"));
  HostOptions host;
  host.ca_file = certs.ca_file();
  host.proxy = "http://robot:hun%2Fter2@127.0.0.1:" + std::to_string(proxy.port());
  const Result<Response> answer = Fetch(host, Get("https://registry.example.com/v2/"));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->body, "inside");
  EXPECT_FALSE(answer->public_peer) << "the address is the proxy's";
  EXPECT_EQ(proxy.tunnels(), std::vector<std::string>{"registry.example.com:443"});
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_FALSE(server.requests()[0].Find("proxy-authorization").has_value()) << "it is the proxy's alone";

  host.proxy = "http://robot:wrong-ter2@127.0.0.1:" + std::to_string(proxy.port());
  const Result<Response> refused = Fetch(host, Get("https://registry.example.com/v2/"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_EQ(refused.error().message.find("ter2"), std::string::npos) << refused.error().message;
  EXPECT_EQ(proxy.tunnels().size(), 1u);
}

TEST_F(ProxiedTest, ItsPasswordIsInNoError) {
  for (const char* proxy : {"http://robot:hun/ter2@127.0.0.1:1", "http://robot:hunter2@127.0.0.1:1",
                            "http://robot:hunter2@[127.0.0.1", "gopher://robot:hunter2@127.0.0.1:1"}) {
    HostOptions host;
    host.proxy = proxy;
    const Result<Response> answer = Fetch(host, Get("http://registry.example.com/v2/"));
    ASSERT_FALSE(answer.has_value()) << proxy;
    EXPECT_EQ(answer.error().message.find("ter2"), std::string::npos) << answer.error().message;
    EXPECT_EQ(answer.error().message.find("robot"), std::string::npos) << answer.error().message;
  }
}

TEST_F(ProxiedTest, TheEnvironmentIsAskedWhereTheHostSaysNothing) {
  proxy_.On("GET", "http://registry.example.com/v2/", ScriptedReply(200));
  ::setenv("http_proxy", proxy_.url().c_str(), 1);
  const Result<Response> answer = Fetch({}, Get("http://registry.example.com/v2/"));
  HostOptions direct;
  direct.proxy = "none";
  direct.connect_to = "127.0.0.1:1";
  const Result<Response> refused = Fetch(direct, Get("http://registry.example.com/v2/"));
  ::unsetenv("http_proxy");
  EXPECT_TRUE(answer.has_value());
  EXPECT_FALSE(refused.has_value());
  EXPECT_EQ(proxy_.requests().size(), 1u);
}

}  // namespace
}  // namespace larder::http
