// All sources together, on a network as a host has it.
#include <future>

#include "fetch/clouds/cloud_test.h"
#include "larder/network.h"

namespace larder {
namespace {

class CloudSourcesTest : public CloudTest {
 protected:
  void Start(std::vector<std::string> regions = {}) {
    auto network = Network::Start({});
    ASSERT_TRUE(network.has_value());
    network_ = std::move(*network);
    CloudSourceOptions options;
    options.ecr = With(EcrOptions());
    options.ecr.regions = std::move(regions);
    options.google = With(CloudOptions());
    options.azure = With(AzureOptions());
    WriteFile("azure.json", "{}");
    options.azure.config_file = (dir_ / "azure.json").string();
    Credentials configured;
    for (const char* host : {"123456789012.dkr.ecr.eu-west-1.amazonaws.com", "gcr.io", "quay.io"}) {
      Credential credential;
      credential.username = "configured";
      configured.Add(host, credential);
    }
    auto sources = MakeCloudSources(*network_, std::move(options), MakeStaticSource(std::move(configured)));
    ASSERT_TRUE(sources.has_value()) << sources.error().message;
    sources_ = *std::move(sources);
  }
  std::string User(const std::string& image) {
    std::promise<Answer> promise;
    sources_.all->CredentialFor(*ImageName::Parse(image), {},
                                [&](Answer answer) { promise.set_value(std::move(answer)); });
    const Answer answer = promise.get_future().get();
    if (!answer) return answer.error().message;
    return *answer ? (*answer)->username : "none";
  }

  std::unique_ptr<Network> network_;
  CloudSources sources_;
};

TEST_F(CloudSourcesTest, EcrComesBeforeWhatIsConfiguredAndGoogleAfter) {
  UseKeys();
  environment_["AWS_REGION"] = "eu-west-1";
  ServeTokens();
  environment_["GCE_METADATA_HOST"] = server_.host();
  server_.On("GET", "/computeMetadata/v1/instance/service-accounts/default/token",
             Reply(200, R"({"access_token":"t","expires_in":3600})"));
  Start();
  EXPECT_EQ(User(kIreland), "AWS");
  EXPECT_EQ(User("gcr.io/team/app"), "configured");
  EXPECT_EQ(User("eu.gcr.io/team/app"), "oauth2accesstoken");
  EXPECT_EQ(User("quay.io/team/app"), "configured");
  EXPECT_EQ(User("team.azurecr.io/app"), "none");
  EXPECT_EQ(User("ghcr.io/team/app"), "none");
  const auto found = sources_.ecr->PreflightNow();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->keys_from, "AWS_ACCESS_KEY_ID");
}

TEST_F(CloudSourcesTest, AwayFromAwsWhatIsConfiguredServesTheRegionsThatAreNamed) {
  Start({"eu-west-1"});
  EXPECT_EQ(User(kIreland), "configured");
  EXPECT_TRUE(sources_.ecr->Includes(*ImageName::Parse(kIreland)));
  EXPECT_EQ(sources_.ecr->PreflightNow().error().code, Errc::unavailable);
}

TEST_F(CloudSourcesTest, AwayFromAwsWithoutARegionEcrIsLeftOut) {
  Start();
  EXPECT_THAT(User(kIreland), ::testing::HasSubstr("no region is named or detected"));
  EXPECT_FALSE(sources_.ecr->Includes(*ImageName::Parse(kIreland)));
  EXPECT_EQ(User("quay.io/team/app"), "configured");
  EXPECT_EQ(sources_.ecr->PreflightNow().error().code, Errc::unavailable);
}

TEST_F(CloudSourcesTest, ANetworkThatEndsEndsTheQuestion) {
  UseKeys();
  environment_["AWS_REGION"] = "eu-west-1";
  Reply stalled(200);
  stalled.stall = true;
  server_.On("POST", "/", stalled);
  Start();
  std::promise<Answer> promise;
  sources_.all->CredentialFor(*ImageName::Parse(kIreland), {},
                              [&](Answer answer) { promise.set_value(std::move(answer)); });
  ASSERT_TRUE(server_.WaitForRequests(1));
  network_.reset();
  EXPECT_EQ(promise.get_future().get().error().code, Errc::cancelled);
}

}  // namespace
}  // namespace larder
