#include "larder/facts.h"

#include <utility>

#include "larder/platform_choice.h"

namespace larder {
namespace {

// One way from a tag's document down to its image.
class Descent {
 public:
  Descent(const PlatformPreference& platforms, const FactsByDigest& find) : platforms_(platforms), find_(find) {}

  // The image's facts; unsupported with the reason where there is none.
  Result<ManifestFacts> Follow(const ManifestFacts& facts, Timestamp annotated, int depth) {
    if (!facts.annotation_created.IsNone()) annotated = facts.annotation_created;
    if (!facts.excluded_reason.empty()) return Fail(Errc::unsupported, facts.excluded_reason);
    if (!facts.IsIndex()) {
      annotated_ = annotated;
      return facts;
    }
    const PlatformChoice choice = ChooseChild(facts.children, platforms_);
    if (!choice.certain && facts.more_children) return Miss();  // the rest of it has to be read
    if (!choice.candidates.empty() && depth == kMaxIndexDepth) {
      return Fail(Errc::unsupported, "indexes nested too deep");
    }
    for (const ChildManifest& candidate : choice.candidates) {
      auto child = find_(candidate.digest);
      if (!child.has_value()) return std::unexpected<Error>(std::move(child).error());
      // Where a config does not say its platform, the index does.
      if (!child->IsIndex() && child->platform.empty()) child->platform = candidate.platform;
      auto image = Follow(*child, annotated, depth + 1);
      if (choice.certain) return image;
      if (image.has_value() && (child->IsIndex() || IsWanted(image->platform, platforms_))) return image;
      if (!image.has_value() && image.error().code != Errc::unsupported) return image;
    }
    return Fail(Errc::unsupported, choice.excluded_reason);
  }
  // What the documents on the way say of the creation; the innermost that says it.
  const Timestamp& annotated() const { return annotated_; }

 private:
  const PlatformPreference& platforms_;
  const FactsByDigest& find_;
  Timestamp annotated_;
};

}  // namespace

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
  Descent descent(platforms, find);
  auto image = descent.Follow(outer, Timestamp(), 0);
  if (!image.has_value()) return std::unexpected<Error>(std::move(image).error());
  return MakeInfo(id, outer.digest, *image, descent.annotated());
}

}  // namespace larder
