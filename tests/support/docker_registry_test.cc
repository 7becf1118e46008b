#include "support/docker_registry.h"

#include <gtest/gtest.h>

#include "support/http_client.h"
#include "support/servers.h"
#include "support/socket.h"
#include "support/test_certs.h"

namespace larder::testing {
namespace {

constexpr std::string_view kManifest = R"({"schemaVersion":2,"manifests":[]})";

class DockerRegistryTest : public ::testing::Test {
 protected:
  void SetUp() override { LARDER_SKIP_WITHOUT_DOCKER_REGISTRY(); }
};

std::unique_ptr<DockerRegistry> Started(DockerRegistryOptions options = {}) {
  auto registry = DockerRegistry::Start(std::move(options));
  EXPECT_TRUE(registry.has_value()) << registry.error().ToString();
  return registry ? std::move(*registry) : nullptr;
}

int StatusOf(const HttpRequest& request) { return Send(request).value_or(HttpResponse()).status; }

TEST_F(DockerRegistryTest, AnswersOnAPortOfItsOwn) {
  const auto one = Started();
  const auto two = Started();
  ASSERT_TRUE(one && two);
  EXPECT_NE(one->port(), two->port());
  for (const auto* registry : {one.get(), two.get()}) {
    auto response = HttpGet(registry->url() + "/v2/");
    ASSERT_TRUE(response.has_value()) << response.error().ToString();
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->Find("docker-distribution-api-version"), "registry/2.0");
  }
}

TEST_F(DockerRegistryTest, LogsWhatItIsAsked) {
  const auto registry = Started();
  ASSERT_TRUE(registry);
  ASSERT_TRUE(HttpGet(registry->url() + "/v2/").has_value());
  ASSERT_EQ(registry->Requests(1).size(), 1U);
  registry->ForgetRequests();
  HttpRequest head;
  head.method = "HEAD";
  head.url = registry->url() + "/v2/pantry/jam/manifests/latest?x=1";
  EXPECT_EQ(StatusOf(head), 404);
  const auto requests = registry->Requests(1);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].method, "HEAD");
  EXPECT_EQ(requests[0].target, "/v2/pantry/jam/manifests/latest?x=1");
  EXPECT_EQ(requests[0].status, 404);
}

TEST_F(DockerRegistryTest, ChecksPasswords) {
  const auto registry = Started({.users = {{"cook", "s3cret:with colon"}},
                                 .certificate = {},
                                 .key = {},
                                 .client_ca = {},
                                 .token = {},
                                 .storage = {}});
  ASSERT_TRUE(registry);
  HttpRequest request;
  request.url = registry->url() + "/v2/";
  auto anonymous = Send(request);
  ASSERT_TRUE(anonymous.has_value());
  EXPECT_EQ(anonymous->status, 401);
  EXPECT_EQ(anonymous->Find("www-authenticate"), "Basic realm=\"larder\"");
  request.user_password = "cook:wrong";
  EXPECT_EQ(StatusOf(request), 401);
  request.user_password = "cook:s3cret:with colon";
  EXPECT_EQ(StatusOf(request), 200);
}

TEST_F(DockerRegistryTest, SpeaksTlsWithAPrivateAuthority) {
  const TestCerts certs;
  DockerRegistryOptions options;
  options.certificate = certs.server_cert();
  options.key = certs.server_key();
  const auto registry = Started(std::move(options));
  ASSERT_TRUE(registry);
  HttpRequest request;
  request.url = registry->url() + "/v2/";
  EXPECT_FALSE(Send(request).has_value()) << "trusted without its authority";
  request.ca_file = certs.ca_file();
  EXPECT_EQ(StatusOf(request), 200);
}

TEST_F(DockerRegistryTest, WantsAClientsCertificateWhereAsked) {
  const TestCerts certs;
  DockerRegistryOptions options;
  options.certificate = certs.server_cert();
  options.key = certs.server_key();
  options.client_ca = certs.ca_file();
  const auto registry = Started(std::move(options));
  ASSERT_TRUE(registry);
  HttpRequest request;
  request.url = registry->url() + "/v2/";
  request.ca_file = certs.ca_file();
  EXPECT_FALSE(Send(request).has_value());
  request.client_cert_file = certs.client_cert();
  request.client_key_file = certs.client_key();
  EXPECT_EQ(StatusOf(request), 200);
}

TEST_F(DockerRegistryTest, RestartsAtTheSamePortWithItsContent) {
  const auto registry = Started();
  ASSERT_TRUE(registry);
  ASSERT_TRUE(registry->content().PutTagged("pantry/jam", "v1", kManifest).has_value());
  const std::uint16_t port = registry->port();
  registry->process().Kill();
  EXPECT_FALSE(ConnectLoopback(port).has_value());
  auto restarted = registry->Restart();
  ASSERT_TRUE(restarted.has_value()) << restarted.error().ToString();
  EXPECT_EQ(registry->port(), port);
  EXPECT_EQ(HttpGet(registry->url() + "/v2/pantry/jam/tags/list").value_or(HttpResponse()).status, 200);
}

TEST_F(DockerRegistryTest, KeepsContentInAGivenDirectory) {
  const TempDir directory;
  DockerRegistryOptions options;
  options.storage = directory.path();
  {
    const auto registry = Started(options);
    ASSERT_TRUE(registry);
    ASSERT_TRUE(registry->content().PutTagged("pantry/jam", "v1", kManifest).has_value());
  }
  const auto registry = Started(options);
  ASSERT_TRUE(registry);
  EXPECT_EQ(HttpGet(registry->url() + "/v2/pantry/jam/tags/list").value_or(HttpResponse()).status, 200);
}

TEST_F(DockerRegistryTest, TellsWhyItDoesNotStart) {
  DockerRegistryOptions options;
  options.certificate = options.key = "/nowhere.pem";
  auto registry = DockerRegistry::Start(options);
  ASSERT_FALSE(registry.has_value());
  EXPECT_NE(registry.error().message.find("/nowhere.pem"), std::string::npos) << registry.error().message;
}

}  // namespace
}  // namespace larder::testing
