// The cache itself: reads that cost about one look-up of the engine, and never the network.
//
//   auto store = larder::OpenStore("lmdb:/var/cache/larder");
//   larder::Cache cache(**store);
//   auto ref = larder::ImageRef::Parse("ghcr.io/fluxcd/flux-cli:v2.3.0");
//   if (auto image = cache.Image(*ref)) std::cout << image->digest().ToString() << '\n';
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "larder/api.h"
#include "larder/image_view.h"
#include "larder/log.h"
#include "larder/manifest.h"
#include "larder/registry.h"
#include "larder/repository_view.h"
#include "larder/store.h"

namespace LARDER_API larder {

struct CacheOptions {
  Log log;                                            // a record that fails its checks is logged once, as a warning
  PlatformPreference platforms = DefaultPlatforms();  // for look-ups by digest of an index
};

// Thread-safe; holds no lock on the read path. The store must outlive it.
//
// Every read checks checksum, structure, name and expiry. What fails is a miss (not_found), counted in corrupt() and
// logged once; a refresher fetches it again.
class Cache final : public Registry {
 public:
  explicit Cache(Store& store, CacheOptions options = {});
  ~Cache() override;

  // The image that a tag names. REQUIRES: ref has a tag, or neither tag nor digest (read as "latest").
  //   not_found     no record (no message), or the registry has no such image (message)
  //   unsupported   excluded; the message is the reason
  //   unavailable   known but without facts yet, or never fetched well; the store does not answer
  // With a tag and a digest, the record must have that digest: not_found otherwise.
  Result<ImageView> Image(const ImageRef& ref, Time now = CoarseNow()) const;

  // The record of a tag whatever its status: for tools, and for whoever wants to say why. Else as Image.
  Result<ImageView> Entry(const ImageRef& ref, Time now = CoarseNow()) const;

  // The state of a repository; reads its one record. not_found where nothing is known of it.
  Result<RepositoryView> Repository(const ImageName& name, Time now = CoarseNow()) const;

  // Facts by digest. not_found also for facts that another release read: they are fetched again.
  Result<ManifestFacts> Manifest(const Digest& digest, Time now = CoarseNow()) const;

  Result<RepositoryMetadata> GetImageRepositoryMetadata(const ImageName& name) override;
  // By tag as Image; by digest from the facts stored, for the preferred platforms.
  Result<ImageInfo> GetImage(const ImageRef& ref) override;

  // Records that failed their checks since construction.
  std::uint64_t corrupt() const;
  Store& store() const { return store_; }

 private:
  struct Faults;
  Result<void> Read(const ImageRef& ref, Time now, ImageView& view) const;

  Store& store_;
  CacheOptions options_;
  std::unique_ptr<Faults> faults_;  // behind the read path: touched by failures only
};

}  // namespace larder
