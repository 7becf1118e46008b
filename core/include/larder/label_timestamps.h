// Takes an image's created time from its labels, for repositories where the config's own is known to be wrong.
#pragma once

#include <string>
#include <vector>

#include "larder/api.h"
#include "larder/registry.h"

namespace LARDER_API larder {

// Sets created_at to org.opencontainers.image.created where the image has that label, else to
// org.label-schema.build-date, else leaves it.
void UseLabelTimestamp(ImageInfo& info);

// A Registry that does so for repositories whose canonical name matches one of the globs (larder/glob.h). As
// thread-safe as `next`, which must outlive it.
class LabelTimestampRegistry final : public Registry {
 public:
  LabelTimestampRegistry(Registry& next, std::vector<std::string> globs) : next_(next), globs_(std::move(globs)) {}
  Result<RepositoryMetadata> GetImageRepositoryMetadata(const ImageName& name) override;
  Result<ImageInfo> GetImage(const ImageRef& ref) override;

 private:
  bool Applies(const ImageName& name) const;
  Registry& next_;
  std::vector<std::string> globs_;
};

}  // namespace larder
