#include "support/counting_proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/docker_registry.h"
#include "support/servers.h"

namespace larder::testing {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kProxied = R"({"schemaVersion":2,"manifests":[]})";

HttpResponse Ask(const std::string& method, const std::string& url) {
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.headers = {"Accept: application/vnd.oci.image.index.v1+json"};
  auto response = Send(request);
  EXPECT_TRUE(response.has_value()) << response.error().ToString();
  return response.value_or(HttpResponse());
}

TEST(RequestKindTest, IsReadFromThePath) {
  const struct {
    std::string_view path;
    RequestKind kind;
  } kCases[] = {
      {"/v2/", RequestKind::ping},
      {"/v2", RequestKind::ping},
      {"/v2/a/b/tags/list", RequestKind::tags},
      {"/v2/a/manifests/v1", RequestKind::manifest},
      {"/v2/a/blobs/sha256:00", RequestKind::blob},
      {"/token", RequestKind::token},
      {"/service/token", RequestKind::token},
      {"/v2/a/referrers/sha256:00", RequestKind::other},
      {"/elsewhere/manifests/x", RequestKind::other},
  };
  for (const auto& c : kCases) EXPECT_EQ(KindOf(c.path), c.kind) << c.path;
}

class CountingProxyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_DOCKER_REGISTRY();
    auto started = DockerRegistry::Start();
    ASSERT_TRUE(started.has_value()) << started.error().ToString();
    registry_ = std::move(*started);
    ASSERT_TRUE(registry_->content().PutTagged("pantry/jam", "v1", kProxied).has_value());
    proxy_ = std::make_unique<CountingProxy>(registry_->url());
    manifest_url_ = proxy_->url() + "/v2/pantry/jam/manifests/v1";
  }

  std::unique_ptr<DockerRegistry> registry_;
  std::unique_ptr<CountingProxy> proxy_;
  std::string manifest_url_;
};

TEST_F(CountingProxyTest, PassesOnAndCounts) {
  EXPECT_EQ(Ask("GET", proxy_->url() + "/v2/").status, 200);
  const HttpResponse got = Ask("GET", manifest_url_);
  EXPECT_EQ(got.body, kProxied);
  EXPECT_EQ(got.Find("content-type"), "application/vnd.oci.image.index.v1+json");
  const HttpResponse head = Ask("HEAD", manifest_url_);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Find("docker-content-digest"), got.Find("docker-content-digest"));
  EXPECT_EQ(head.Find("content-length"), std::to_string(kProxied.size()));
  Ask("GET", proxy_->url() + "/v2/pantry/jam/tags/list?n=5");

  EXPECT_EQ(proxy_->Count("GET", RequestKind::manifest), 1);
  EXPECT_EQ(proxy_->Count("HEAD", RequestKind::manifest), 1);
  EXPECT_EQ(proxy_->Count("GET", RequestKind::blob), 0);
  EXPECT_EQ(proxy_->Total(), 4);
  EXPECT_THAT(proxy_->Requests(), ElementsAre("GET /v2/", "GET /v2/pantry/jam/manifests/v1",
                                              "HEAD /v2/pantry/jam/manifests/v1", "GET /v2/pantry/jam/tags/list?n=5"));
  proxy_->Forget();
  EXPECT_EQ(proxy_->Total(), 0);
}

TEST_F(CountingProxyTest, LimitsPullsAsDockerHubDoes) {
  proxy_->LimitPulls(2, std::chrono::hours(6));
  const HttpResponse head = Ask("HEAD", manifest_url_);
  EXPECT_EQ(head.Find("ratelimit-limit"), "2;w=21600");
  EXPECT_EQ(head.Find("ratelimit-remaining"), "2;w=21600");
  EXPECT_EQ(Ask("GET", manifest_url_).Find("ratelimit-remaining"), "1;w=21600");
  EXPECT_EQ(Ask("GET", manifest_url_).Find("ratelimit-remaining"), "0;w=21600");
  const HttpResponse refused = Ask("GET", manifest_url_);
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.body.find("TOOMANYREQUESTS"), std::string::npos);
  EXPECT_EQ(Ask("HEAD", manifest_url_).status, 200);
  EXPECT_EQ(proxy_->pulls(), 2);
}

TEST_F(CountingProxyTest, AddsHeadersAndAnswersInPlaceOfTheRegistry) {
  proxy_->AddHeader(RequestKind::ping, "Retry-After", "7");
  EXPECT_EQ(Ask("GET", proxy_->url() + "/v2/").Find("retry-after"), "7");
  EXPECT_EQ(Ask("GET", manifest_url_).Find("retry-after"), std::nullopt);
  proxy_->Intercept([](const ReceivedRequest& request) -> std::optional<HttpResponse> {
    if (request.method != "HEAD") return std::nullopt;
    HttpResponse response;
    response.status = 405;
    return response;
  });
  EXPECT_EQ(Ask("HEAD", manifest_url_).status, 405);
  EXPECT_EQ(Ask("GET", manifest_url_).status, 200);
}

TEST_F(CountingProxyTest, DelaysAnswers) {
  constexpr std::chrono::milliseconds kDelay{30};
  proxy_->SetDelay(kDelay);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask("GET", proxy_->url() + "/v2/").status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kDelay);
}

TEST_F(CountingProxyTest, SaysSoWhereTheRegistryIsGone) {
  registry_->process().Kill();
  EXPECT_EQ(Ask("GET", proxy_->url() + "/v2/").status, 502);
}

}  // namespace
}  // namespace larder::testing
