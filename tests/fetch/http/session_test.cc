// Requests and answers over plain HTTP.
#include "http/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetch/http/fetching.h"
#include "support/free_port.h"
#include "support/scripted_server.h"

namespace larder::http {
namespace {

using ::testing::ElementsAre;
using testing::FetchAll;
using testing::FetchOne;
using testing::Get;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedReply;
using testing::ScriptedRequest;
using testing::ScriptedServer;

class SessionTest : public ::testing::Test {
 protected:
  Result<Response> Fetch(Request request) { return FetchOne(loop_, session_, std::move(request)); }

  ScriptedServer server_;
  Loop loop_;
  Session session_{loop_, SessionOptions{}};
};

TEST_F(SessionTest, GivesStatusHeadersAndBody) {
  server_.On("GET", "/v2/x/tags/list", ScriptedReply(200, R"({"tags":[]})", {{"X-One", "1"}, {"x-one", " 2 "}}));
  const Result<Response> answer = Fetch(Get(server_.url("/v2/x/tags/list?n=10")));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, R"({"tags":[]})");
  EXPECT_EQ(answer->url, server_.url("/v2/x/tags/list?n=10"));
  EXPECT_EQ(answer->Find("x-ONE"), "1");
  EXPECT_THAT(answer->FindAll("X-One"), ElementsAre("1", "2"));
  EXPECT_EQ(answer->Find("absent"), std::nullopt);
  EXPECT_EQ(answer->redirects, 0);
  EXPECT_FALSE(answer->public_peer);
}

TEST_F(SessionTest, SendsHeadersMethodAndBodyAsGiven) {
  server_.Otherwise([](const ScriptedRequest&) { return ScriptedReply(200); });
  Request post(Method::post, server_.url("/token"));
  post.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Empty", ""}, {"Accept", "a/b, c/d"}};
  post.body = "grant_type=password";
  ASSERT_TRUE(Fetch(post).has_value());
  Request put(Method::put, server_.url("/latest/api/token"));
  ASSERT_TRUE(Fetch(put).has_value());
  const std::vector<ScriptedRequest> seen = server_.requests();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].method, "POST");
  EXPECT_EQ(seen[0].body, "grant_type=password");
  EXPECT_EQ(seen[0].Find("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(seen[0].Find("x-empty"), "");
  EXPECT_EQ(seen[0].Find("accept"), "a/b, c/d");
  EXPECT_EQ(seen[0].Find("user-agent"), "larder");
  EXPECT_EQ(seen[1].method, "PUT");
  EXPECT_EQ(seen[1].Find("content-length"), "0");
}

// The requests share a handle and a connection.
TEST_F(SessionTest, ARequestLeavesNothingToTheNext) {
  server_.Otherwise([](const ScriptedRequest&) { return ScriptedReply(200, "x"); });
  Request put(Method::put, server_.url("/put"));
  put.headers = {{"Content-Type", "text/plain"}, {"X-Own", "1"}, {"User-Agent", "another"}};
  put.body = "body";
  put.aws = AwsSigning{"eu-west-1", "ecr", "AKIDEXAMPLE", "secret"};
  const std::vector<Request> requests = {put, Get(server_.url("/get")), Request(Method::head, server_.url("/head")),
                                         Get(server_.url("/again"))};
  for (const Request& request : requests) {
    const Result<Response> answer = Fetch(request);
    ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
    EXPECT_EQ(answer->body, request.method == Method::head ? "" : "x") << request.url;
  }
  const std::vector<ScriptedRequest> seen = server_.requests();
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[0].method, "PUT");
  EXPECT_EQ(seen[0].body, "body");
  EXPECT_EQ(seen[0].Find("user-agent"), "another");
  EXPECT_TRUE(seen[0].Find("authorization").has_value());
  for (std::size_t i = 1; i < seen.size(); ++i) {
    SCOPED_TRACE(seen[i].target);
    EXPECT_EQ(seen[i].method, i == 2 ? "HEAD" : "GET");
    EXPECT_EQ(seen[i].connection, seen[0].connection);
    EXPECT_EQ(seen[i].Find("user-agent"), "larder");
    EXPECT_EQ(seen[i].body, "");
    for (const char* left : {"authorization", "x-amz-date", "content-type", "content-length", "x-own"}) {
      EXPECT_EQ(seen[i].Find(left), std::nullopt) << left;
    }
  }
}

TEST_F(SessionTest, HeadHasLengthAndNoBody) {
  server_.On("HEAD", "/v2/x/manifests/1", ScriptedReply(200, std::string(5000, 'x')));
  const Result<Response> answer = Fetch(Request(Method::head, server_.url("/v2/x/manifests/1")));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->Find("content-length"), "5000");
  EXPECT_EQ(answer->body, "");
}

TEST_F(SessionTest, AStatusOfTheServerIsNoError) {
  for (const int status : {204, 304, 400, 401, 404, 429, 500, 503}) {
    server_.On("GET", "/x", ScriptedReply(status));
    const Result<Response> answer = Fetch(Get(server_.url("/x")));
    ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
    EXPECT_EQ(answer->status, status);
  }
}

TEST_F(SessionTest, ReusesItsConnection) {
  server_.Otherwise([](const ScriptedRequest&) { return ScriptedReply(200, "x"); });
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Fetch(Get(server_.url("/x"))).has_value());
  EXPECT_EQ(server_.connections(), 1);
  EXPECT_EQ(session_.connections(), 1u);
  EXPECT_EQ(session_.requests().at(server_.host()), 5u);
}

TEST_F(SessionTest, ABodyOverItsLimitIsTooLarge) {
  server_.On("GET", "/fits", ScriptedReply(200, std::string(1000, 'x')));
  server_.On("GET", "/over", ScriptedReply(200, std::string(1001, 'x')));
  Request request = Get(server_.url("/fits"));
  request.max_body = 1000;
  ASSERT_TRUE(Fetch(request).has_value());
  request.url = server_.url("/over");
  const Result<Response> answer = Fetch(request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::too_large);
  EXPECT_THAT(answer.error().message, HasSubstr("1000 bytes"));
}

TEST_F(SessionTest, AnErrorsBodyIsCutNotRefused) {
  server_.On("GET", "/x", ScriptedReply(500, std::string(kMaxErrorBytes + 1, 'x')));
  const Result<Response> answer = Fetch(Get(server_.url("/x")));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->body.size(), kMaxErrorBytes);
  EXPECT_TRUE(answer->body_cut);
}

TEST_F(SessionTest, HeadersOverTheirLimitAreTooLarge) {
  ScriptedReply reply(200);
  for (int i = 0; i < 5; ++i) reply.headers.emplace_back("X-" + std::to_string(i), std::string(60'000, 'x'));
  server_.On("GET", "/x", reply);
  const Result<Response> answer = Fetch(Get(server_.url("/x")));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::too_large);
}

TEST_F(SessionTest, AnAnswerThatEndsEarlyIsUnavailable) {
  ScriptedReply reply(200, std::string(1000, 'x'));
  reply.cut_after = 500;
  server_.On("GET", "/x", reply);
  const Result<Response> answer = Fetch(Get(server_.url("/x")));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("ended early"));
}

TEST_F(SessionTest, WhatIsNotHttpIsUnavailable) {
  ScriptedReply reply;
  reply.raw = "SSH-2.0-OpenSSH\r\n";
  reply.close = true;
  server_.On("GET", "/x", reply);
  const Result<Response> answer = Fetch(Get(server_.url("/x")));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
}

TEST_F(SessionTest, BareLineFeedsAreReadAsLineEnds) {
  ScriptedReply reply;
  reply.raw = "HTTP/1.1 401 Unauthorized\nContent-Length: 2\nWWW-Authenticate: Basic foo\n\nno";
  server_.On("GET", "/x", reply);
  const Result<Response> answer = Fetch(Get(server_.url("/x")));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(answer->Find("www-authenticate"), "Basic foo");
  EXPECT_EQ(answer->body, "no");
}

TEST_F(SessionTest, AFoldedHeaderIsOneAndAnInterimAnswerIsNone) {
  ScriptedReply reply;
  reply.raw =
      "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
      "HTTP/1.1 200 OK\r\nX-Folded: a\r\n  b\r\nContent-Length: 0\r\n\r\n";
  server_.On("GET", "/x", reply);
  const Result<Response> answer = Fetch(Get(server_.url("/x")));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->Find("x-folded"), "a b");
  EXPECT_EQ(answer->Find("x-early"), std::nullopt);
}

TEST_F(SessionTest, WhereNothingListensIsUnavailableAndSaysWhere) {
  const testing::RefusingPort port;
  const std::string url = "http://127.0.0.1:" + std::to_string(port.port()) + "/v2/";
  const Result<Response> answer = Fetch(Get(url));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr(url));
}

TEST_F(SessionTest, WhatIsNoUrlIsInvalid) {
  for (const char* url : {"", "x", "ftp://127.0.0.1/", "http://", "http://user:pw@127.0.0.1/", "http://a b/"}) {
    const Result<Response> answer = Fetch(Get(url));
    ASSERT_FALSE(answer.has_value()) << url;
    EXPECT_EQ(answer.error().code, Errc::invalid_argument) << url;
  }
}

TEST_F(SessionTest, ALineBreakInAHeaderIsInvalid) {
  Request request = Get(server_.url("/x"));
  request.headers = {{"Accept", "a\r\nX-Other: b"}};
  const Result<Response> answer = Fetch(request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::invalid_argument);
  EXPECT_EQ(server_.requests().size(), 0u);
}

TEST(SessionTraceTest, OneLineARequestAndOneAnAnswerWithoutSecrets) {
  ScriptedServer server;
  server.Otherwise([](const ScriptedRequest&) { return ScriptedReply(200, "secret-body"); });
  Loop loop;
  std::vector<std::string> lines;
  SessionOptions options;
  options.trace = [&](std::string_view line) { lines.emplace_back(line); };
  Session session(loop, options);
  Request request = Get(server.url("/v2/x/tags/list?n=5&sig=secret-query"));
  request.headers = {{"Authorization", "Bearer secret-header"}};
  ASSERT_TRUE(FetchOne(loop, session, request).has_value());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "GET " + server.url("/v2/x/tags/list?n=5&sig=..."));
  EXPECT_THAT(lines[1], HasSubstr(" -> 200, "));
  for (const std::string& line : lines) EXPECT_THAT(line, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace larder::http
