#include "support/registry_content.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/docker_registry.h"
#include "support/http_client.h"
#include "support/registry_push.h"
#include "support/servers.h"

namespace larder::testing {
namespace {

constexpr std::string_view kRepository = "pantry/jam";
constexpr std::string_view kConfig = R"({"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}})";

std::string ImageManifest(std::string_view media_type, std::string_view config_type, std::string_view annotation = "") {
  return R"({"schemaVersion":2,"mediaType":")" + std::string(media_type) + R"(","config":{"mediaType":")" +
         std::string(config_type) + R"(","size":)" + std::to_string(kConfig.size()) + R"(,"digest":")" +
         Sha256Digest(kConfig) + R"("},"layers":[],"annotations":{"note":")" + std::string(annotation) + R"("}})";
}

std::string Schema2Manifest(std::string_view annotation = "") {
  return ImageManifest("application/vnd.docker.distribution.manifest.v2+json",
                       "application/vnd.docker.container.image.v1+json", annotation);
}

std::string IndexOf(std::string_view media_type, std::string_view child_type, std::string_view child) {
  return R"({"schemaVersion":2,"mediaType":")" + std::string(media_type) + R"(","manifests":[{"mediaType":")" +
         std::string(child_type) + R"(","size":)" + std::to_string(child.size()) + R"(,"digest":")" +
         Sha256Digest(child) + R"(","platform":{"architecture":"amd64","os":"linux"}}]})";
}

class RegistryContentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_DOCKER_REGISTRY();
    auto started = DockerRegistry::Start();
    ASSERT_TRUE(started.has_value()) << started.error().ToString();
    registry_ = std::move(*started);
  }

  // GET of /v2/<repository><path>, accepting every kind of manifest.
  HttpResponse Get(const std::string& path) {
    auto response =
        HttpGet(registry_->url() + "/v2/" + std::string(kRepository) + path,
                {"Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
                 "application/vnd.docker.distribution.manifest.list.v2+json, "
                 "application/vnd.docker.distribution.manifest.v2+json, "
                 "application/vnd.docker.distribution.manifest.v1+prettyjws"});
    return response.value_or(HttpResponse());
  }

  RegistryContent& content() { return registry_->content(); }

  std::unique_ptr<DockerRegistry> registry_;
};

TEST(Sha256DigestTest, KnowsTheDigestOfNothing) {
  EXPECT_EQ(Sha256Digest(""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(RegistryContentTest, ServesEachKindOfDocumentAsItWasWritten) {
  const std::string oci =
      ImageManifest("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.config.v1+json");
  const std::string schema2 = Schema2Manifest();
  const std::string bare_index = R"({"schemaVersion":2,"manifests":[]})";
  const struct {
    std::string tag, document, media_type;
  } kCases[] = {
      {"schema2", schema2, "application/vnd.docker.distribution.manifest.v2+json"},
      {"oci", oci, "application/vnd.oci.image.manifest.v1+json"},
      {"list",
       IndexOf("application/vnd.docker.distribution.manifest.list.v2+json",
               "application/vnd.docker.distribution.manifest.v2+json", schema2),
       "application/vnd.docker.distribution.manifest.list.v2+json"},
      {"index", IndexOf("application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json", oci),
       "application/vnd.oci.image.index.v1+json"},
      {"untyped-index", bare_index, "application/vnd.oci.image.index.v1+json"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.tag);
    auto digest = content().PutTagged(kRepository, c.tag, c.document);
    ASSERT_TRUE(digest.has_value()) << digest.error().ToString();
    const HttpResponse response = Get("/manifests/" + c.tag);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.body, c.document);
    EXPECT_EQ(response.Find("docker-content-digest"), *digest);
    EXPECT_EQ(response.Find("content-type"), c.media_type);
    EXPECT_EQ(Get("/manifests/" + *digest).body, c.document);
  }
}

TEST_F(RegistryContentTest, ServesASchema1PayloadSigned) {
  const std::string payload =
      R"({"schemaVersion":1,"name":"pantry/jam","tag":"old","architecture":"amd64","fsLayers":[],"history":[]})";
  auto digest = content().PutTagged(kRepository, "old", payload);
  ASSERT_TRUE(digest.has_value());
  const HttpResponse response = Get("/manifests/old");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.Find("content-type"), "application/vnd.docker.distribution.manifest.v1+prettyjws");
  EXPECT_EQ(response.Find("docker-content-digest"), *digest);
  EXPECT_NE(response.body.find("\"signatures\""), std::string::npos);
}

TEST_F(RegistryContentTest, ServesBlobsOnlyFromTheirRepository) {
  auto digest = content().PutBlob(kRepository, kConfig);
  ASSERT_TRUE(digest.has_value());
  EXPECT_EQ(Get("/blobs/" + *digest).body, kConfig);
  EXPECT_EQ(HttpGet(registry_->url() + "/v2/other/blobs/" + *digest).value_or(HttpResponse()).status, 404);
  ASSERT_TRUE(content().RemoveBlob(kRepository, *digest).has_value());
  EXPECT_EQ(Get("/blobs/" + *digest).status, 404);
}

TEST_F(RegistryContentTest, MovesAndRemovesTagsWhileItRuns) {
  auto first = content().PutTagged(kRepository, "v1", Schema2Manifest("first"));
  ASSERT_TRUE(content().PutTagged(kRepository, "v2", Schema2Manifest("first")).has_value());
  EXPECT_EQ(Get("/tags/list").body, "{\"name\":\"pantry/jam\",\"tags\":[\"v1\",\"v2\"]}\n");

  auto second = content().PutTagged(kRepository, "v1", Schema2Manifest("second"));
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_NE(*first, *second);
  EXPECT_EQ(Get("/manifests/v1").Find("docker-content-digest"), *second);
  EXPECT_EQ(Get("/manifests/v2").Find("docker-content-digest"), *first);

  ASSERT_TRUE(content().Untag(kRepository, "v1").has_value());
  EXPECT_EQ(Get("/tags/list").body, "{\"name\":\"pantry/jam\",\"tags\":[\"v2\"]}\n");
  EXPECT_EQ(Get("/manifests/v1").status, 404);
  EXPECT_EQ(Get("/manifests/" + *second).status, 200);
  ASSERT_TRUE(content().RemoveManifest(kRepository, *second).has_value());
  EXPECT_EQ(Get("/manifests/" + *second).status, 404);

  ASSERT_TRUE(content().RemoveRepository(kRepository).has_value());
  EXPECT_EQ(Get("/tags/list").status, 404);
}

TEST_F(RegistryContentTest, IsWhatPushingWouldHaveMade) {
  const PushTarget target{registry_->url(), std::string(kRepository), ""};
  auto config = PushBlob(target, kConfig);
  ASSERT_TRUE(config.has_value()) << config.error().ToString();
  EXPECT_EQ(*config, Sha256Digest(kConfig));
  const std::string manifest = Schema2Manifest();
  auto pushed = PushManifest(target, "pushed", "application/vnd.docker.distribution.manifest.v2+json", manifest);
  ASSERT_TRUE(pushed.has_value()) << pushed.error().ToString();
  auto written = content().PutTagged(kRepository, "written", manifest);
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(*pushed, *written);
  const HttpResponse a = Get("/manifests/pushed");
  const HttpResponse b = Get("/manifests/written");
  EXPECT_EQ(a.body, b.body);
  EXPECT_EQ(a.Find("etag"), b.Find("etag"));

  ASSERT_TRUE(DeleteManifest(target, *pushed).has_value());
  EXPECT_EQ(Get("/manifests/written").status, 404);
}

// This registry lists a repository whole and in no order, whatever a client asks for.
TEST_F(RegistryContentTest, ListsAThousandTags) {
  constexpr int kTags = 1000;
  auto digest = content().PutManifest(kRepository, Schema2Manifest());
  ASSERT_TRUE(digest.has_value());
  for (int i = 0; i < kTags; ++i) {
    ASSERT_TRUE(content().Tag(kRepository, "v" + std::to_string(i), *digest).has_value());
  }
  const std::string body = Get("/tags/list?n=10").body;
  EXPECT_EQ(std::ranges::count(body, ','), kTags);
  EXPECT_NE(body.find("\"v999\""), std::string::npos);
  EXPECT_EQ(Get("/manifests/v999").Find("docker-content-digest"), *digest);
}

}  // namespace
}  // namespace larder::testing
