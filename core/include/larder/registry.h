// The port that users of Flux's registry package know: metadata of images, wherever it comes from.
#pragma once

#include "larder/api.h"
#include "larder/error.h"
#include "larder/image_info.h"
#include "larder/repository.h"

namespace LARDER_API larder {

// Thread-safe.
class Registry {
 public:
  virtual ~Registry() = default;
  // Everything known of a repository. not_found with kNoImageDataMessage where nothing was ever fetched.
  virtual Result<RepositoryMetadata> GetImageRepositoryMetadata(const ImageName& name) = 0;
  // One image. An excluded, missing or failed one is an error that says so: never an empty image.
  virtual Result<ImageInfo> GetImage(const ImageRef& ref) = 0;
};

// For hosts that run with scanning disabled: every question is `unsupported`, and says why.
class DisabledRegistry final : public Registry {
 public:
  Result<RepositoryMetadata> GetImageRepositoryMetadata(const ImageName& name) override;
  Result<ImageInfo> GetImage(const ImageRef& ref) override;
};

}  // namespace larder
