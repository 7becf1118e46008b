#include "larder/repository.h"

#include <algorithm>

#include "model/quote.h"

namespace larder {
namespace {

// Both digests of an image name it: the index's, and that of the manifest of its platform.
bool HasDigest(const ImageInfo& info, const Digest& digest) {
  return info.digest == digest || info.platform_digest == digest;
}

std::unexpected<Error> NeverFetched(const RepositoryMetadata& repository) {
  std::string message = repository.name.ToString() + ": ";
  message += kNoImageDataMessage;
  if (!repository.last_error.empty()) message += ", last error: " + repository.last_error;
  return Fail(Errc::not_found, std::move(message));
}

}  // namespace

std::string_view CompletenessName(Completeness value) {
  switch (value) {
    case Completeness::never_fetched:
      return "never_fetched";
    case Completeness::partial:
      return "partial";
    case Completeness::complete:
      return "complete";
  }
  return "unknown";
}

Result<ImageInfo> RepositoryMetadata::GetImageTagInfo(std::string_view tag) const {
  if (const auto image = images.find(tag); image != images.end()) return image->second;
  if (completeness == Completeness::never_fetched) return NeverFetched(*this);

  std::string message = name.ToString() + ": tag " + Quote(tag, kMaxTagLength);
  if (const auto reason = excluded.find(tag); reason != excluded.end()) {
    message += " is excluded: " + reason->second;
  } else if (std::find(tags.begin(), tags.end(), tag) != tags.end()) {
    message += " is listed, but nothing is known of its image yet";
  } else {
    message += " is not in the last listing";
  }
  return Fail(Errc::not_found, std::move(message));
}

Result<std::vector<ImageInfo>> RepositoryMetadata::GetImages() const {
  if (completeness == Completeness::never_fetched) return NeverFetched(*this);
  std::vector<ImageInfo> infos;
  infos.reserve(images.size());
  for (const std::string& tag : tags) {
    if (excluded.contains(tag)) continue;
    LARDER_ASSIGN_OR_RETURN(ImageInfo info, GetImageTagInfo(tag));
    infos.push_back(std::move(info));
  }
  return infos;
}

ImageInfo RepositoryMetadata::FindImageWithRef(const ImageRef& ref) const {
  ImageInfo absent;
  absent.id = ref;
  if (ref.name().Canonical() != name.Canonical()) return absent;

  if (const auto image = images.find(ref.tag()); image != images.end()) {
    if (ref.digest().empty() || HasDigest(image->second, ref.digest())) return image->second;
  }
  if (ref.digest().empty()) return absent;
  const auto image = std::find_if(images.begin(), images.end(),
                                  [&](const auto& entry) { return HasDigest(entry.second, ref.digest()); });
  return image == images.end() ? absent : image->second;
}

}  // namespace larder
