#include "larder/image_creds.h"

#include "larder/glob.h"

namespace larder {
namespace {

bool AnyMatches(const std::vector<std::string>& globs, const ImageName& name) {
  return AnyGlobMatches(globs, name.Canonical()) || AnyGlobMatches(globs, name.ToString());
}

}  // namespace

Credentials WithDefaults(const ImageName& name, const Credentials& own, const Credentials& defaults) {
  Credentials merged = defaults;
  merged.Merge(own);
  auto credential = own.For(name);
  if (credential.has_value() && merged.For(name) != credential) {
    merged.Add(name.Registry() + "/" + name.Repository(), *std::move(credential));
  }
  return merged;
}

ImageCreds ImageCredsWithDefaults(ImageCreds images, const Credentials& defaults) {
  for (auto& [name, credentials] : images) credentials = WithDefaults(name, credentials, defaults);
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
