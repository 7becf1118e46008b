// Manifests and indexes from a hostile registry. Any file of the corpus is a seed: the Content-Type follows from its
// size.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "larder/platform_choice.h"
#include "registry/digest_of.h"
#include "registry/manifest_document.h"

namespace {

constexpr std::array<std::string_view, 6> kContentTypes = {
    "",
    "application/json; charset=utf-8",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
};

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto document = larder::ReadManifest(kContentTypes[size % kContentTypes.size()], bytes);
  if (!document.has_value()) return 0;
  const larder::ManifestFacts& facts = document->facts;
  Require(!facts.digest.empty());
  Require(facts.children.size() <= larder::kMaxChildren && facts.children.size() <= document->children.size());
  Require(facts.excluded_reason.size() <= larder::kMaxReasonBytes);
  Require(facts.excluded_reason.empty() || !document->NeedsConfig());
  const auto choice = larder::ChooseChild(document->children, larder::DefaultPlatforms());
  Require(choice.candidates.size() <= larder::kMaxCandidates);
  Require(choice.excluded_reason.size() <= larder::kMaxReasonBytes);
  return 0;
}
