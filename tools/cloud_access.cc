#include "cloud_access.h"

#include <initializer_list>

namespace larder::tool {

void CloudAccess::AddOptions(Options& options) {
  options.Group("Amazon's registries");
  options.Values("--ecr-region", ecr_regions_, "REGION", "Images of these regions only (default: the one detected)");
  options.Values("--ecr-include-id", ecr_include_ids_, "ACCOUNT", "Images of these accounts only; '': of none");
  options.Values("--ecr-exclude-id", ecr_exclude_ids_, "ACCOUNT", "No images of these accounts (default: EKS's own)");
  options.Choices("--require", require_, {"ecr"}, "Do not start where this cannot be asked: ecr");
  options.Group("");
}

CloudSourceOptions CloudAccess::Settings(std::shared_ptr<const std::map<std::string, std::string>> environment,
                                         const Log& log) const {
  CloudSourceOptions clouds;
  clouds.ecr.regions = ecr_regions_;
  if (!ecr_include_ids_.empty()) {
    clouds.ecr.include_ids = ecr_include_ids_;
    std::erase(*clouds.ecr.include_ids, "");
  }
  clouds.ecr.exclude_ids = ecr_exclude_ids_;
  std::erase(clouds.ecr.exclude_ids, "");
  for (CloudOptions* cloud : std::initializer_list<CloudOptions*>{&clouds.ecr, &clouds.google, &clouds.azure}) {
    cloud->environment = environment;
    cloud->log = log;
  }
  return clouds;
}

}  // namespace larder::tool
