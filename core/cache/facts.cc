#include "larder/facts.h"

#include <algorithm>

namespace larder {
namespace {

bool IsImage(const ChildManifest& child) { return !child.is_attestation && !child.is_artifact; }

std::string Join(const PlatformPreference& platforms) {
  std::string text;
  for (const auto& platform : platforms) text.append(text.empty() ? "" : ", ").append(platform.ToString());
  return text;
}

}  // namespace

const ChildManifest* ChooseChild(const ManifestFacts& index, const PlatformPreference& platforms) {
  for (const auto& wanted : platforms) {
    for (const auto& child : index.children) {
      if (IsImage(child) && !child.is_index && child.platform.Satisfies(wanted)) return &child;
    }
  }
  for (const auto& child : index.children) {
    if (IsImage(child) && child.is_index) return &child;
  }
  // An index of one image that does not say its platform is what its config says.
  const ChildManifest* only = nullptr;
  for (const auto& child : index.children) {
    if (!IsImage(child)) continue;
    if (only != nullptr || !child.platform.empty()) return nullptr;
    only = &child;
  }
  return only;
}

std::string NoChildReason(const ManifestFacts& index, const PlatformPreference& platforms) {
  PlatformPreference there;
  for (const auto& child : index.children) {
    if (IsImage(child) && !child.platform.empty()) there.push_back(child.platform);
  }
  std::sort(there.begin(), there.end());
  there.erase(std::unique(there.begin(), there.end()), there.end());
  return "no image for " + Join(platforms) + "; it has " + (there.empty() ? "none at all" : Join(there));
}

ImageInfo MakeInfo(const ImageRef& id, const Digest& digest, const ManifestFacts& image, const Timestamp& annotated) {
  ImageInfo info;
  info.id = id;
  info.digest = digest;
  info.platform_digest = image.digest;
  info.image_id = image.image_id;
  info.label_times = image.label_times;
  info.created_at = image.created;
  info.platform = image.platform;
  info.annotation_created = annotated;
  info.labels = image.labels;
  info.labels_truncated = image.labels_truncated;
  return info;
}

Result<ImageInfo> InfoFromFacts(const ImageRef& id, const ManifestFacts& outer, const PlatformPreference& platforms,
                                const FactsByDigest& find) {
  ManifestFacts facts = outer;
  Timestamp annotated = facts.annotation_created;
  for (int depth = 0; facts.IsIndex(); ++depth) {
    if (depth == kMaxIndexDepth) return Fail(Errc::unsupported, "indexes nested too deeply");
    if (!facts.excluded_reason.empty()) return Fail(Errc::unsupported, facts.excluded_reason);
    const ChildManifest* child = ChooseChild(facts, platforms);
    if (child == nullptr) return Fail(Errc::unsupported, NoChildReason(facts, platforms));
    auto inner = find(child->digest);
    if (!inner.has_value()) return std::unexpected<Error>(std::move(inner).error());
    facts = std::move(*inner);
    if (!facts.annotation_created.IsNone()) annotated = facts.annotation_created;
  }
  if (!facts.excluded_reason.empty()) return Fail(Errc::unsupported, facts.excluded_reason);
  return MakeInfo(id, outer.digest, facts, annotated);
}

}  // namespace larder
