// Redirects are ours: where they may lead, and what goes along.
#include "http/redirects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetch/http/fetching.h"
#include "support/scripted_server.h"

namespace larder::http {
namespace {

using testing::FetchOne;
using testing::Get;
using ::testing::HasSubstr;
using testing::ScriptedReply;
using testing::ScriptedRequest;
using testing::ScriptedServer;

ScriptedReply To(const std::string& location, int status = 307) { return {status, "", {{"Location", location}}}; }

class RedirectsTest : public ::testing::Test {
 protected:
  RedirectsTest() {
    server_.On("*", "/end", ScriptedReply(200, "here"));
    other_.On("*", "/end", ScriptedReply(200, "there"));
  }
  Result<Response> Fetch(Request request) { return FetchOne(loop_, session_, std::move(request)); }
  Request WithSecrets(std::string url) {
    Request request = Get(std::move(url));
    request.headers = {{"Authorization", "Bearer secret"},
                       {"X-Amz-Security-Token", "secret"},
                       {"Cookie", "secret"},
                       {"Accept", "application/json"}};
    return request;
  }

  ScriptedServer server_, other_;
  Loop loop_;
  Session session_{loop_, SessionOptions{}};
};

TEST_F(RedirectsTest, AreFollowedHopByHop) {
  server_.On("GET", "/start", To("/middle"));
  server_.On("GET", "/middle", To(other_.url("/end"), 302));
  const Result<Response> answer = Fetch(Get(server_.url("/start")));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->body, "there");
  EXPECT_EQ(answer->url, other_.url("/end"));
  EXPECT_EQ(answer->redirects, 2);
  EXPECT_EQ(session_.requests().at(server_.host()), 2u);
  EXPECT_EQ(session_.requests().at(other_.host()), 1u);
}

TEST_F(RedirectsTest, AreTheAnswerWhereTheyAreNotToBeFollowed) {
  server_.On("GET", "/start", To("/end"));
  Request request = Get(server_.url("/start"));
  request.follow_redirects = false;
  const Result<Response> answer = Fetch(request);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 307);
  EXPECT_EQ(answer->Find("location"), "/end");
}

TEST_F(RedirectsTest, WithoutLocationAreTheAnswer) {
  server_.On("GET", "/start", ScriptedReply(302));
  server_.On("GET", "/choices", To("/end", 300));
  EXPECT_EQ(Fetch(Get(server_.url("/start")))->status, 302);
  EXPECT_EQ(Fetch(Get(server_.url("/choices")))->status, 300);
}

TEST_F(RedirectsTest, SecretsStayAtHome) {
  server_.On("GET", "/start", To(other_.url("/end")));
  ASSERT_TRUE(Fetch(WithSecrets(server_.url("/start"))).has_value());
  const ScriptedRequest seen = other_.requests().at(0);
  EXPECT_EQ(seen.Find("authorization"), std::nullopt);
  EXPECT_EQ(seen.Find("x-amz-security-token"), std::nullopt);
  EXPECT_EQ(seen.Find("cookie"), std::nullopt);
  EXPECT_EQ(seen.Find("accept"), "application/json");
}

TEST_F(RedirectsTest, SecretsGoAlongOnTheSameServer) {
  server_.On("GET", "/start", To(server_.url("/end")));
  ASSERT_TRUE(Fetch(WithSecrets(server_.url("/start"))).has_value());
  EXPECT_EQ(server_.requests().at(1).Find("authorization"), "Bearer secret");
}

TEST_F(RedirectsTest, SecretsDoNotComeBackWithTheRedirect) {
  server_.On("GET", "/start", To(other_.url("/back")));
  other_.On("GET", "/back", To(server_.url("/end")));
  ASSERT_TRUE(Fetch(WithSecrets(server_.url("/start"))).has_value());
  EXPECT_EQ(server_.requests().at(1).path, "/end");
  EXPECT_EQ(server_.requests().at(1).Find("authorization"), std::nullopt);
}

TEST_F(RedirectsTest, ARefusalComesWithTheSecretsOfAllHops) {
  server_.On("GET", "/start", To(other_.url("/refused?X-Amz-Signature=signed&sig=a%2Fb&expires=60")));
  other_.On("GET", "/refused", ScriptedReply(403));
  Request request = Get(server_.url("/start"));
  request.headers = {{"Authorization", "Bearer secret"}};
  const Result<Response> answer = Fetch(std::move(request));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_THAT(answer->secrets, ::testing::ElementsAre("secret", "signed", "a/b"));
}

TEST_F(RedirectsTest, ACircleIsUnavailable) {
  server_.On("GET", "/a", To("/b"));
  server_.On("GET", "/b", To("/a"));
  const Result<Response> answer = Fetch(Get(server_.url("/a")));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("circle"));
  EXPECT_EQ(server_.requests().size(), 2u);
}

TEST_F(RedirectsTest, TenAreFollowedAndNoMore) {
  server_.Otherwise(
      [](const ScriptedRequest& request) { return To("/" + std::to_string(std::stoi(request.path.substr(1)) - 1)); });
  server_.On("GET", "/0", ScriptedReply(200));
  EXPECT_TRUE(Fetch(Get(server_.url("/10"))).has_value());
  const Result<Response> answer = Fetch(Get(server_.url("/11")));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
}

TEST_F(RedirectsTest, LeadOnlyToHttp) {
  for (const char* location : {"ftp://h/x", "file:///etc/passwd", "javascript:x", "http://user:pw@h/", "//"}) {
    server_.On("GET", "/start", To(location));
    const Result<Response> answer = Fetch(Get(server_.url("/start")));
    ASSERT_FALSE(answer.has_value()) << location;
    EXPECT_EQ(answer.error().code, Errc::permission_denied) << location;
  }
}

TEST_F(RedirectsTest, ALocationWithSpacesIsEscaped) {
  server_.On("GET", "/start", To("/to here?a=b c"));
  server_.On("GET", "/to%20here", ScriptedReply(200));
  const Result<Response> answer = Fetch(Get(server_.url("/start")));
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(server_.requests().at(1).query, "a=b%20c");
}

TEST_F(RedirectsTest, HeadStaysHead) {
  server_.On("HEAD", "/start", To("/end", 303));
  ASSERT_TRUE(Fetch(Request(Method::head, server_.url("/start"))).has_value());
  EXPECT_EQ(server_.requests().at(1).method, "HEAD");
}

TEST_F(RedirectsTest, APostKeepsItsBodyOnlyOnItsServerAndOnlyBy307And308) {
  const auto post = [&](const ScriptedReply& reply) {
    server_.ForgetRequests();
    server_.On("POST", "/start", reply);
    Request request(Method::post, server_.url("/start"));
    request.body = "password=secret";
    return Fetch(request);
  };
  ASSERT_TRUE(post(To("/end", 308)).has_value());
  EXPECT_EQ(server_.requests().at(1).method, "POST");
  EXPECT_EQ(server_.requests().at(1).body, "password=secret");
  ASSERT_TRUE(post(To("/end", 302)).has_value());
  EXPECT_EQ(server_.requests().at(1).method, "GET");
  EXPECT_EQ(server_.requests().at(1).body, "");
  const Result<Response> elsewhere = post(To(other_.url("/end"), 307));
  ASSERT_FALSE(elsewhere.has_value());
  EXPECT_EQ(elsewhere.error().code, Errc::permission_denied);
  EXPECT_EQ(other_.requests().size(), 0u);
  ASSERT_TRUE(post(To(other_.url("/end"), 303)).has_value());
  EXPECT_EQ(other_.requests().at(0).body, "");
}

TEST_F(RedirectsTest, ALargeBodyOfARedirectIsNotKept) {
  server_.On("GET", "/start", ScriptedReply(307, std::string(1 << 20, 'x'), {{"Location", "/end"}}));
  Request request = Get(server_.url("/start"));
  request.max_body = 10;
  const Result<Response> answer = Fetch(request);
  ASSERT_TRUE(answer.has_value()) << answer.error().ToString();
  EXPECT_EQ(answer->body, "here");
  EXPECT_FALSE(answer->body_cut);
}

TEST_F(RedirectsTest, WhatAPublicRegistryNamesMayNotBeHere) {
  Request request = Get(server_.url("/end"));
  request.public_only = true;
  const Result<Response> answer = Fetch(request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::permission_denied);
  EXPECT_EQ(server_.connections(), 0) << "refused before it was connected";
  request.trusted_endpoint = true;
  EXPECT_TRUE(Fetch(request).has_value());
}

TEST_F(RedirectsTest, AConnectionThatIsOpenAlreadyIsRefusedToo) {
  ASSERT_TRUE(Fetch(Get(server_.url("/end"))).has_value());
  Request request = Get(server_.url("/end"));
  request.public_only = true;
  const Result<Response> answer = Fetch(request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::permission_denied);
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(RedirectsTest, ByNameOrByAddressALocalTargetOfAPublicRegistryIsRefused) {
  // A registry with a public name; where it really is, the options say, and so it may be there.
  SessionOptions options;
  options.hosts["registry.example.com"].connect_to = server_.host();
  Session session(loop_, options);
  for (const std::string& target : {other_.url("/end"), "http://localhost:" + std::to_string(other_.port()) + "/end"}) {
    server_.On("GET", "/blob", To(target));
    Request request = Get("http://registry.example.com/blob");
    request.public_only = true;
    const Result<Response> answer = FetchOne(loop_, session, request);
    ASSERT_FALSE(answer.has_value()) << target;
    EXPECT_EQ(answer.error().code, Errc::permission_denied) << target;
  }
  EXPECT_EQ(other_.connections(), 0);
  options.hosts[other_.host()].insecure = true;
  Session lenient(loop_, options);
  server_.On("GET", "/blob", To(other_.url("/end")));
  Request request = Get("http://registry.example.com/blob");
  request.public_only = true;
  EXPECT_TRUE(FetchOne(loop_, lenient, request).has_value()) << "the user named it";
}

TEST(RedirectRulesTest, AnyChangeOfSchemeHostOrPortDropsAuthorization) {
  const Url home = *Url::Parse("https://h.example/a");
  for (const char* location : {"http://h.example/b", "https://h.example:8443/b", "https://x.h.example/b"}) {
    Request request = Get(home.ToString());
    request.headers = {{"authorization", "x"}, {"ACCEPT", "y"}};
    request.cost = Cost::pull;
    request.aws.emplace();
    Response response;
    response.status = 307;
    response.headers = {{"Location", location}};
    Redirects redirects;
    ASSERT_TRUE(redirects.Follow(request, home, response).has_value()) << location;
    ASSERT_EQ(request.headers.size(), 1u) << location;
    EXPECT_EQ(request.headers[0].name, "ACCEPT");
    EXPECT_EQ(request.cost, Cost::free);
    EXPECT_FALSE(request.aws.has_value());
  }
}

}  // namespace
}  // namespace larder::http
