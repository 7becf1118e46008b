// How registries' certificates are verified and where their credentials are, as the command line says it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "console.h"
#include "larder/docker_config.h"
#include "options.h"

namespace larder::tool {

class HostAccess {
 public:
  // --host-ca and --docker-config.
  void AddOptions(Options& options);
  // By host: the PEM file of its authorities. invalid_argument: what is no HOST=FILE.
  Result<std::map<std::string, std::string>> CaFiles() const;
  // For MakeDockerConfigSource.
  DockerConfigOptions DockerConfig(const Console& console, Log log) const;

 private:
  std::vector<std::string> ca_files_;  // HOST=FILE
  std::string docker_config_;
};

}  // namespace larder::tool
