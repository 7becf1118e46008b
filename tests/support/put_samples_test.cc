#include "support/put_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/docker_registry.h"
#include "support/http_client.h"
#include "support/servers.h"

namespace larder::testing {
namespace {

TEST(PutSamplesTest, IsServedByteForByte) {
  LARDER_SKIP_WITHOUT_DOCKER_REGISTRY();
  auto registry = DockerRegistry::Start();
  ASSERT_TRUE(registry.has_value()) << registry.error().ToString();
  const samples::SampleRepository sample = samples::MakeUniformRepository("pantry/jam", 6, 2, 2);
  auto put = PutSamples((*registry)->content(), sample);
  ASSERT_TRUE(put.has_value()) << put.error().ToString();

  const std::string base = (*registry)->url() + "/v2/pantry/jam";
  for (const samples::SampleTag& tag : sample.tags) {
    const samples::SampleBlob& document = sample.blobs.at(tag.digest);
    auto response = HttpGet(base + "/manifests/" + tag.tag, {"Accept: " + document.media_type});
    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(response->body, document.bytes) << tag.tag;
    EXPECT_EQ(response->Find("docker-content-digest"), tag.digest.ToString());
  }
  for (const auto& [digest, blob] : sample.blobs) {
    if (blob.is_manifest) continue;
    auto response = HttpGet(base + "/blobs/" + digest.ToString());
    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(response->body, blob.bytes);
  }
}

}  // namespace
}  // namespace larder::testing
