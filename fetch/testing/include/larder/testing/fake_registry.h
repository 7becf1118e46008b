// A registry in memory, for tests of hosts and of Larder itself: a ClientFactory whose clients answer from plain
// values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/client.h"
#include "larder/manifest.h"

namespace larder {
namespace LARDER_API testing {

// A sha256 digest made of `number`: different in its first bytes already.
Digest FakeDigest(std::uint64_t number);
// An image of linux/amd64 made at `created`, with facts that belong to FakeDigest(number).
ManifestFacts FakeImage(std::uint64_t number, Timestamp created);
// An index over images, one a platform given; its children's facts are not in it.
ManifestFacts FakeIndex(std::uint64_t number, const std::vector<std::pair<Platform, Digest>>& children);

// What was asked of it.
struct FakeCall {
  enum class Kind : std::uint8_t { tags, head, manifest } kind = Kind::tags;
  std::string repository;  // canonical
  std::string reference;   // "" for tags
  std::string user;        // whose credential the client was made with; "": none
};

// One thread: everything is called on the thread on which `post` runs functions; before the first client is asked, any
// thread may fill it. With a Refresher that thread is the network's:
//   FakeRegistry registry([&](auto fn) { network->Post(std::move(fn)); });
// Clients must not outlive it.
class FakeRegistry final : public ClientFactory {
 public:
  // `post` runs a function later, never from inside the call.
  using Post = std::function<void(std::function<void()>)>;
  explicit FakeRegistry(Post post) : post_(std::move(post)) {}

  // `name` as it is written; the repository comes into being with its first tag. Ends the process for what is no name.
  void SetTag(std::string_view name, std::string_view tag, const ManifestFacts& facts);
  void RemoveTag(std::string_view name, std::string_view tag);
  // Known by digest only: children of indexes.
  void AddFacts(const ManifestFacts& facts) { facts_[facts.digest] = facts; }
  // Listed as well, but any request for it is a 404.
  void SetDangling(std::string_view name, std::string_view tag);

  // Asked before each answer; what it returns is the answer.
  std::function<std::optional<FetchError>(const FakeCall& call)> fail;
  // Platforms that Manifest picks from an index.
  PlatformPreference platforms = DefaultPlatforms();
  // False: whoever asks Head is answered by a GET.
  bool answers_head = true;
  // Tags a page.
  std::size_t page_size = 1000;

  const std::vector<FakeCall>& calls() const { return calls_; }
  std::size_t Count(FakeCall::Kind kind) const;
  std::uint64_t manifest_gets() const { return manifest_gets_; }  // children too
  std::uint64_t blob_gets() const { return blob_gets_; }
  std::uint64_t not_modified() const { return not_modified_; }  // of the GETs for Head: the digest was known
  std::uint64_t successes() const { return successes_; }        // Succeed
  void ClearCounts();

  Result<std::unique_ptr<Client>> ClientFor(const ImageName& name, const Credentials& credentials,
                                            Urgency urgency) override;
  void Succeed(const ImageName&) override { ++successes_; }

 private:
  friend class FakeClient;
  using Tags = std::map<std::string, Digest, std::less<>>;

  Post post_;
  std::map<std::string, Tags, std::less<>> repositories_;  // by canonical name; an empty digest dangles
  std::map<Digest, ManifestFacts> facts_;
  std::vector<FakeCall> calls_;
  std::uint64_t manifest_gets_ = 0;
  std::uint64_t blob_gets_ = 0;
  std::uint64_t not_modified_ = 0;
  std::uint64_t successes_ = 0;
};

}  // namespace testing
}  // namespace larder
