#include "host_access.h"

#include <memory>
#include <utility>

namespace larder::tool {

void HostAccess::AddOptions(Options& options) {
  options.Values("--host-ca", ca_files_, "HOST=FILE",
                 "Verify this host's certificate against the authorities in a PEM file");
  options.Value("--docker-config", docker_config_, "FILE",
                "Credentials: a docker config.json (default: docker's own places)");
}

Result<std::map<std::string, std::string>> HostAccess::CaFiles() const {
  std::map<std::string, std::string> files;
  for (const auto& pair : ca_files_) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Fail(Errc::invalid_argument, "--host-ca " + pair + ": it is HOST=FILE");
    }
    files[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return files;
}

DockerConfigOptions HostAccess::DockerConfig(const Console& console, Log log) const {
  DockerConfigOptions options;
  options.file = docker_config_;
  options.environment = std::make_shared<const std::map<std::string, std::string>>(console.environment.begin(),
                                                                                   console.environment.end());
  options.log = std::move(log);
  return options;
}

}  // namespace larder::tool
