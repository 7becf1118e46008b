#include "larder/image_creds.h"

#include "larder/glob.h"

namespace larder {
namespace {

bool AnyMatches(const std::vector<std::string>& globs, const ImageName& name) {
  return AnyGlobMatches(globs, name.Canonical()) || AnyGlobMatches(globs, name.ToString());
}

}  // namespace

ImageCreds ImageCredsWithDefaults(ImageCreds images, const Credentials& defaults) {
  for (auto& [name, credentials] : images) {
    Credentials merged = defaults;
    merged.Merge(credentials);
    credentials = std::move(merged);
  }
  return images;
}

bool ImageFilter::Includes(const ImageName& name) const {
  if (AnyMatches(exclude, name)) return false;
  return include.empty() || AnyMatches(include, name);
}

ImageCreds Filtered(ImageCreds images, const ImageFilter& filter) {
  std::erase_if(images, [&](const auto& image) { return !filter.Includes(image.first); });
  return images;
}

}  // namespace larder
