// Which images on the clouds' registries are asked for, and whether they must be, as the command line says it.
#pragma once

#include <string>
#include <vector>

#include "larder/cloud_credentials.h"
#include "larder/error.h"
#include "larder/log.h"
#include "options.h"

namespace larder::tool {

class CloudAccess {
 public:
  // --ecr-... and --require.
  void AddOptions(Options& options);
  CloudSourceOptions Settings(std::shared_ptr<const std::map<std::string, std::string>> environment,
                              const Log& log) const;

  // Whether --require names it.
  bool RequiresEcr() const { return !require_.empty(); }

 private:
  std::vector<std::string> ecr_regions_;
  std::vector<std::string> ecr_include_ids_;
  std::vector<std::string> ecr_exclude_ids_ = EksSystemAccounts();
  std::vector<std::string> require_;
};

}  // namespace larder::tool
