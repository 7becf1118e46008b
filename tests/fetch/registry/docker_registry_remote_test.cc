// The remote client against a real docker-registry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <optional>

#include "larder/network.h"
#include "larder/remote_client.h"
#include "larder/samples.h"
#include "support/counting_proxy.h"
#include "support/docker_registry.h"
#include "support/load_samples.h"
#include "support/servers.h"

namespace larder {
namespace {

class DockerRegistryRemote : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_DOCKER_REGISTRY();
    auto registry = testing::DockerRegistry::Start();
    ASSERT_TRUE(registry.has_value()) << registry.error().message;
    registry_ = std::move(*registry);
    NetworkOptions options;
    options.limits.rate.rps = 10'000;
    options.limits.rate.burst = 50;
    network_ = *Network::Start(options);
    factory_ = MakeRemoteClientFactory(*network_, {});
  }

  std::unique_ptr<Client> ClientFor(const std::string& repository) {
    return *factory_->ClientFor(*ImageName::Parse(registry_->host() + "/" + repository), {}, Urgency::background);
  }

  std::unique_ptr<testing::DockerRegistry> registry_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<ClientFactory> factory_;
};

TEST_F(DockerRegistryRemote, EveryDemoRepositoryIsReadAsItIs) {
  for (const samples::SampleRepository& repository : samples::MakeDemoRepositories()) {
    SCOPED_TRACE(repository.name);
    ASSERT_TRUE(testing::LoadSamples(repository, registry_->content()).has_value());
    const auto client = ClientFor(repository.name);

    std::vector<std::string> listed, expected;
    std::promise<FetchResult<TagsSummary>> tags;
    client->Tags(
        {}, [&](TagPage page) { listed.insert(listed.end(), page.tags.begin(), page.tags.end()); },
        [&](auto result) { tags.set_value(std::move(result)); });
    ASSERT_TRUE(tags.get_future().get().has_value());
    for (const samples::SampleTag& tag : repository.tags) expected.push_back(tag.tag);
    EXPECT_THAT(listed, ::testing::UnorderedElementsAreArray(expected));

    for (const samples::SampleTag& tag : repository.tags) {
      SCOPED_TRACE(tag.tag);
      std::promise<FetchResult<HeadResult>> head;
      std::promise<FetchResult<FetchedImage>> image;
      client->Head(tag.tag, {}, {}, [&](auto result) { head.set_value(std::move(result)); });
      client->Manifest(tag.tag, nullptr, {}, [&](auto result) { image.set_value(std::move(result)); });
      const auto found = head.get_future().get();
      ASSERT_TRUE(found.has_value()) << found.error().error.message;
      EXPECT_EQ(found->digest, tag.digest);
      const auto fetched = image.get_future().get();
      if (repository.name == "demo/broken" && !tag.tag.starts_with("good")) {
        ASSERT_FALSE(fetched.has_value());
        EXPECT_EQ(fetched.error().error.code, Errc::corruption);
        EXPECT_EQ(fetched.error().blame, Blame::tag);
        continue;
      }
      ASSERT_TRUE(fetched.has_value()) << fetched.error().error.message;
      EXPECT_EQ(fetched->digest, tag.digest);
      EXPECT_EQ(fetched->announced, tag.digest);
      const bool no_image = repository.name == "demo/charts" || repository.name == "demo/windows";
      EXPECT_EQ(fetched->excluded_reason.empty(), !no_image) << fetched->excluded_reason;
    }
  }
}

// Behind something that lets no HEAD through.
TEST_F(DockerRegistryRemote, WithoutHeadItSaysByGetThatNothingMovedAndSendsNothing) {
  const auto repository = samples::MakeUniformRepository("team/app", 2, 1);
  ASSERT_TRUE(testing::LoadSamples(repository, registry_->content()).has_value());
  testing::CountingProxy proxy(registry_->url());
  proxy.Intercept([](const testing::ReceivedRequest& request) -> std::optional<testing::HttpResponse> {
    if (request.method != "HEAD") return std::nullopt;
    testing::HttpResponse refused;
    refused.status = 405;
    return refused;
  });
  const auto client =
      *factory_->ClientFor(*ImageName::Parse(proxy.host() + "/" + repository.name), {}, Urgency::background);
  const auto ask = [&](const Digest& known) {
    std::promise<FetchResult<HeadResult>> head;
    client->Head(repository.tags[0].tag, known, {}, [&](auto result) { head.set_value(std::move(result)); });
    return head.get_future().get();
  };
  for (const bool moved : {true, false}) {
    const auto head = ask(moved ? repository.tags[1].digest : repository.tags[0].digest);
    ASSERT_TRUE(head.has_value()) << head.error().error.message;
    EXPECT_EQ(head->digest, repository.tags[0].digest);
    EXPECT_EQ(head->manifest_gets, 1u);
    EXPECT_EQ(head->size > 0, moved) << "a 304 has no body";
  }
}

TEST_F(DockerRegistryRemote, WhatIsNotThereSaysWhoIsToBlame) {
  const auto client = ClientFor("no/such");
  std::promise<FetchResult<TagsSummary>> tags;
  client->Tags({}, nullptr, [&](auto result) { tags.set_value(std::move(result)); });
  const auto listing = tags.get_future().get();
  ASSERT_FALSE(listing.has_value());
  EXPECT_EQ(listing.error().blame, Blame::repository);
  EXPECT_EQ(listing.error().error.code, Errc::not_found);
  std::promise<FetchResult<HeadResult>> head;
  client->Head("latest", {}, {}, [&](auto result) { head.set_value(std::move(result)); });
  const auto found = head.get_future().get();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().blame, Blame::tag);
  EXPECT_EQ(found.error().error.code, Errc::not_found);
}

}  // namespace
}  // namespace larder
