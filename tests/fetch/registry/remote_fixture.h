// A remote client against a scripted registry on loopback, asked as if it answered at once.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "larder/network.h"
#include "larder/remote_client.h"
#include "larder/samples.h"
#include "support/scripted_server.h"

namespace larder {

inline const char* const kRepository = "team/app";

class RemoteFixture : public ::testing::Test {
 protected:
  using Reply = testing::ScriptedReply;

  RemoteFixture() { server_.On("GET", "/v2/", Reply(200, "{}")); }

  void SetUp() override { StartNetwork({}); }

  void StartNetwork(NetworkOptions options) {
    client_.reset();
    factory_.reset();
    network_.reset();
    options.limits.rate.rps = 100'000;  // so that no test waits for its turn
    options.log = [this](LogLevel, std::string_view line) {
      const std::lock_guard lock(log_mutex_);
      log_.emplace_back(line);
    };
    auto network = Network::Start(std::move(options));
    ASSERT_TRUE(network.has_value()) << network.error().message;
    network_ = std::move(*network);
    MakeClient(DefaultPlatforms());
  }

  void MakeClient(PlatformPreference platforms) {
    client_.reset();
    RemoteOptions options;
    options.platforms = std::move(platforms);
    factory_ = MakeRemoteClientFactory(*network_, std::move(options));
    client_ = ClientFor(kRepository);
  }

  std::unique_ptr<Client> ClientFor(const std::string& repository, const Credentials& credentials = {}) {
    const auto name = ImageName::Parse(server_.host() + "/" + repository);
    auto client = factory_->ClientFor(*name, credentials, Urgency::background);
    EXPECT_TRUE(client.has_value());
    return std::move(*client);
  }

  FetchResult<TagsSummary> Tags() {
    std::promise<FetchResult<TagsSummary>> result;
    pages_.clear();
    client_->Tags(
        {}, [this](TagPage page) { pages_.push_back(std::move(page)); },
        [&result](auto tags) { result.set_value(std::move(tags)); });
    return result.get_future().get();
  }
  FetchResult<HeadResult> Head(const std::string& reference, Digest known = {}) {
    std::promise<FetchResult<HeadResult>> result;
    client_->Head(reference, std::move(known), {}, [&result](auto head) { result.set_value(std::move(head)); });
    return result.get_future().get();
  }
  FetchResult<FetchedImage> Manifest(const std::string& reference, Client::KnownFacts known = nullptr) {
    std::promise<FetchResult<FetchedImage>> result;
    client_->Manifest(reference, std::move(known), {}, [&result](auto image) { result.set_value(std::move(image)); });
    return result.get_future().get();
  }

  static std::string Path(const std::string& below) { return "/v2/" + std::string(kRepository) + "/" + below; }
  static Reply Json(const std::string& body) { return Reply(200, body, {{"Content-Type", "application/json"}}); }
  static Reply Document(const samples::SampleBlob& blob, const Digest& digest) {
    return Reply(200, blob.bytes, {{"Content-Type", blob.media_type}, {"Docker-Content-Digest", digest.ToString()}});
  }

  // Everything of `repository` as good registries serve it, under kRepository.
  void Serve(const samples::SampleRepository& repository) {
    for (const auto& [digest, blob] : repository.blobs) {
      const std::string kind = blob.is_manifest ? "manifests/" : "blobs/";
      server_.On("*", Path(kind + digest.ToString()), Document(blob, digest));
    }
    for (const samples::SampleTag& tag : repository.tags) {
      server_.On("*", Path("manifests/" + tag.tag), Document(repository.blobs.at(tag.digest), tag.digest));
    }
  }

  std::size_t Count(const std::string& method, const std::string& below) const {
    return server_.count(method, Path(below));
  }

  std::vector<std::string> log() {
    const std::lock_guard lock(log_mutex_);
    return log_;
  }

  testing::ScriptedServer server_;
  std::vector<TagPage> pages_;

 private:
  std::mutex log_mutex_;
  std::vector<std::string> log_;

 protected:
  std::unique_ptr<Network> network_;
  std::unique_ptr<ClientFactory> factory_;
  std::unique_ptr<Client> client_;
};

}  // namespace larder
