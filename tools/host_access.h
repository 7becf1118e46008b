// How registries are reached, how their certificates are verified and where their credentials are, as the command line
// says it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "console.h"
#include "larder/docker_config.h"
#include "larder/network.h"
#include "options.h"

namespace larder::tool {

class HostAccess {
 public:
  // --insecure-host, --host-... and --docker-config.
  void AddOptions(Options& options);
  // For NetworkOptions::hosts. What is set for a host and not for that host and port holds for both, and what is set
  // for "*" for all. invalid_argument: what is not HOST=..., an insecure host without
  // a name, a key without a certificate.
  Result<std::map<std::string, HostSettings>> Hosts() const;
  // For MakeDockerConfigSource.
  DockerConfigOptions DockerConfig(const Console& console, Log log) const;

 private:
  std::vector<std::string> insecure_hosts_;
  // HOST=...
  std::vector<std::string> ca_files_, certificates_, keys_, proxies_, addresses_;
  std::string docker_config_;
};

// As the network finds what is set for a host: by name and port, by name, for all; loopback that is not named is
// insecure. `host` is without a port, an IPv6 address in brackets.
HostSettings SettingsFor(const std::map<std::string, HostSettings>& hosts, const std::string& host,
                         const std::string& port);

}  // namespace larder::tool
