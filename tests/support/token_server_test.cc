#include "support/token_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/servers.h"

namespace larder::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kEmptyIndex = R"({"schemaVersion":2,"manifests":[]})";
constexpr std::string_view kScope = "repository:pantry/jam:pull";

std::unique_ptr<TokenServer> StartedTokens(TokenServerOptions options = {}) {
  auto server = TokenServer::Start(std::move(options));
  EXPECT_TRUE(server.has_value()) << server.error().ToString();
  return server ? std::move(*server) : nullptr;
}

TokenServerOptions WithCook() {
  TokenServerOptions options;
  options.users = {{"cook", "pass:word"}};
  return options;
}

HttpRequest TokenGet(const TokenServer& server, const std::string& user_password, const std::string& more = "") {
  HttpRequest request;
  request.url = server.realm() + "?service=larder-test-registry&scope=" + std::string(kScope) + more;
  request.user_password = user_password;
  return request;
}

HttpRequest TokenPost(const TokenServer& server, const std::string& grant) {
  HttpRequest request;
  request.method = "POST";
  request.url = server.realm();
  request.body = "service=larder-test-registry&client_id=larder&scope=" + std::string(kScope) + "&" + grant;
  return request;
}

nlohmann::json Body(const HttpRequest& request) {
  const HttpResponse response = Send(request).value_or(HttpResponse());
  return nlohmann::json::parse(response.body, nullptr, false);
}

int AnsweredStatus(const HttpRequest& request) { return Send(request).value_or(HttpResponse()).status; }

TEST(TokenServerTest, ChecksWhoAsks) {
  const auto server = StartedTokens(WithCook());
  ASSERT_TRUE(server);
  EXPECT_EQ(AnsweredStatus(TokenGet(*server, "cook:pass:word")), 200);
  EXPECT_EQ(AnsweredStatus(TokenGet(*server, "cook:other")), 401);
  EXPECT_EQ(AnsweredStatus(TokenGet(*server, "waiter:pass:word")), 401);
  EXPECT_EQ(AnsweredStatus(TokenGet(*server, "")), 401);
  const auto requests = server->requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_EQ(requests[0].account, "cook");
  EXPECT_THAT(requests[0].scopes, ElementsAre(kScope));
  EXPECT_EQ(requests[3].status, 401);
  EXPECT_EQ(server->issued(), 1U);
  server->SetUsers({});
  EXPECT_EQ(AnsweredStatus(TokenGet(*server, "cook:pass:word")), 401);
}

TEST(TokenServerTest, TakesFormsWithPasswordsAndRefreshTokens) {
  const auto server = StartedTokens(WithCook());
  ASSERT_TRUE(server);
  const auto body =
      Body(TokenPost(*server, "grant_type=password&username=cook&password=pass%3Aword&access_type=offline"));
  ASSERT_TRUE(body.contains("refresh_token")) << body;
  const std::string refresh = "grant_type=refresh_token&refresh_token=" + body["refresh_token"].get<std::string>();
  EXPECT_EQ(AnsweredStatus(TokenPost(*server, refresh)), 200);
  EXPECT_EQ(server->requests().back().account, "cook");
  EXPECT_EQ(server->requests().back().grant_type, "refresh_token");
  server->RevokeRefreshTokens();
  EXPECT_EQ(AnsweredStatus(TokenPost(*server, refresh)), 401);
  EXPECT_EQ(AnsweredStatus(TokenPost(*server, "grant_type=password&username=cook&password=no")), 401);
  EXPECT_EQ(AnsweredStatus(TokenPost(*server, "grant_type=magic")), 400);
}

TEST(TokenServerTest, AnswersInTheWaysThatServersDiffer) {
  TokenServerOptions options = WithCook();
  options.form_posts = false;
  options.access_token_only = true;
  options.announced = std::nullopt;
  const auto server = StartedTokens(std::move(options));
  ASSERT_TRUE(server);
  EXPECT_EQ(AnsweredStatus(TokenPost(*server, "grant_type=password&username=cook&password=pass%3Aword")), 405);
  auto body = Body(TokenGet(*server, "cook:pass:word"));
  EXPECT_TRUE(body.contains("access_token"));
  EXPECT_FALSE(body.contains("token"));
  EXPECT_FALSE(body.contains("expires_in"));
  EXPECT_FALSE(body.contains("refresh_token"));
  server->SetLifetime(std::chrono::seconds(30), std::chrono::seconds(20));
  body = Body(TokenGet(*server, "cook:pass:word", "&offline_token=true"));
  EXPECT_EQ(body["expires_in"], 20);
  EXPECT_TRUE(body.contains("refresh_token"));
  server->FailWith(503);
  EXPECT_EQ(AnsweredStatus(TokenGet(*server, "cook:pass:word")), 503);
}

class TokenRegistryTest : public ::testing::TestWithParam<SigningAlgorithm> {
 protected:
  void SetUp() override { LARDER_SKIP_WITHOUT_DOCKER_REGISTRY(); }

  void Start(TokenServerOptions options) {
    options.algorithm = GetParam();
    tokens_ = StartedTokens(std::move(options));
    ASSERT_TRUE(tokens_);
    DockerRegistryOptions registry_options;
    registry_options.token = tokens_->ForRegistry();
    auto registry = DockerRegistry::Start(std::move(registry_options));
    ASSERT_TRUE(registry.has_value()) << registry.error().ToString();
    registry_ = std::move(*registry);
    ASSERT_TRUE(registry_->content().PutTagged("pantry/jam", "v1", kEmptyIndex).has_value());
  }

  HttpResponse Tags(const std::string& token) {
    return HttpGet(registry_->url() + "/v2/pantry/jam/tags/list", {"Authorization: Bearer " + token})
        .value_or(HttpResponse());
  }

  std::unique_ptr<TokenServer> tokens_;
  std::unique_ptr<DockerRegistry> registry_;
};

TEST_P(TokenRegistryTest, IsOpenedByATokenForItsRepository) {
  Start(WithCook());
  if (HasFatalFailure()) return;
  const HttpResponse challenge = HttpGet(registry_->url() + "/v2/pantry/jam/tags/list").value_or(HttpResponse());
  EXPECT_EQ(challenge.status, 401);
  EXPECT_THAT(challenge.Find("www-authenticate").value_or(""),
              HasSubstr("Bearer realm=\"" + tokens_->realm() + "\",service=\"larder-test-registry\",scope=\"" +
                        std::string(kScope) + "\""));
  const std::string token = Body(TokenGet(*tokens_, "cook:pass:word"))["token"];
  EXPECT_EQ(Tags(token).status, 200);
  EXPECT_EQ(Tags(token + "x").status, 401);
  const auto other = HttpGet(registry_->url() + "/v2/other/tags/list", {"Authorization: Bearer " + token});
  ASSERT_TRUE(other.has_value());
  EXPECT_THAT(other->Find("www-authenticate").value_or(""), HasSubstr("error=\"insufficient_scope\""));
}

TEST_P(TokenRegistryTest, GivesStrangersTokensWhereAllowed) {
  TokenServerOptions options;
  options.anonymous = true;
  Start(std::move(options));
  if (HasFatalFailure()) return;
  const std::string token = Body(TokenGet(*tokens_, ""))["token"];
  EXPECT_EQ(Tags(token).status, 200);
}

TEST_P(TokenRegistryTest, LeavesDeniedScopesOutOfTheToken) {
  TokenServerOptions options = WithCook();
  options.denied = {"pantry/jam"};
  Start(std::move(options));
  if (HasFatalFailure()) return;
  const std::string token = Body(TokenGet(*tokens_, "cook:pass:word"))["token"];
  EXPECT_EQ(Tags(token).status, 401);
}

INSTANTIATE_TEST_SUITE_P(Algorithms, TokenRegistryTest,
                         ::testing::Values(SigningAlgorithm::es256, SigningAlgorithm::rs256),
                         [](const auto& one) { return one.param == SigningAlgorithm::es256 ? "Es256" : "Rs256"; });

}  // namespace
}  // namespace larder::testing
