// How many requests a repository of 1,000 tags on 250 indexes costs: cold, where pulls count, and unchanged.
#include <cstdio>
#include <memory>
#include <string>

#include "figures.h"
#include "larder/memory_store.h"
#include "larder/remote_client.h"
#include "support/sample_registry.h"

namespace larder::bench {
namespace {

using testing::RequestKind;

constexpr unsigned kTags = 1000;
constexpr unsigned kTagsAnIndex = 4;
constexpr unsigned kIndexes = kTags / kTagsAnIndex;
constexpr std::size_t kPlatforms = 3;

// A store in memory and what fills it.
class Filled {
 public:
  Filled(const testing::SampleRegistry& registry, bool counts_pulls)
      : ref_(ImageRef::Parse(registry.host() + "/counted/app").value()) {
    RefresherOptions options;
    options.counts_pulls = [counts_pulls](const ImageName&) { return counts_pulls; };
    refresher_ = std::make_unique<Refresher>(*network_, *factory_, *store_, options);
  }
  bool Refresh(bool all) {
    RefreshRequest request;
    request.ref = ref_;
    request.all = all;
    return refresher_->RefreshNow(std::move(request)).get().counts.known == kTags;
  }

 private:
  const ImageRef ref_;
  const std::unique_ptr<Store> store_ = OpenMemoryStore({}).value();
  const std::unique_ptr<Network> network_ = Network::Start(Unlimited(10)).value();
  const std::unique_ptr<ClientFactory> factory_ = MakeRemoteClientFactory(*network_, {});
  std::unique_ptr<Refresher> refresher_;
};

}  // namespace

bool MeasureRequests(Figures& figures) {
  testing::SampleRegistry registry;
  registry.Put(samples::MakeUniformRepository("counted/app", kTags, kTagsAnIndex, kPlatforms));
  const auto add = [&](const std::string& what, const std::string& method, RequestKind kind, double bar) {
    figures.Add(what, registry.Count(method, kind), "", bar);
  };
  bool whole = true;
  {
    Filled filled(registry, false);
    whole = filled.Refresh(false);
    add("cold fill of 1,000 tags on 250 indexes: GETs of manifests", "GET", RequestKind::manifest, kTags + kIndexes);
    add("the same: GETs of configs", "GET", RequestKind::blob, kIndexes);
    registry.Forget();
    whole = filled.Refresh(true) && whole;
    add("refresh of 1,000 unchanged tags: listings", "GET", RequestKind::tags, 1);
    add("the same: HEADs", "HEAD", RequestKind::manifest, kTags);
    figures.Add("the same: GETs of manifests and configs",
                registry.Count("GET", RequestKind::manifest) + registry.Count("GET", RequestKind::blob), "", 0);
    registry.Forget();
  }
  Filled filled(registry, true);
  whole = filled.Refresh(false) && whole;
  add("cold fill of 1,000 tags where pulls count: HEADs", "HEAD", RequestKind::manifest, kTags);
  add("the same: GETs of manifests, indexes and one child of each", "GET", RequestKind::manifest, 2 * kIndexes);
  if (!whole) std::printf("it did not become complete: the figures mean nothing\n");
  return whole;
}

}  // namespace larder::bench
