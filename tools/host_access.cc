#include "host_access.h"

#include <memory>
#include <utility>

namespace larder::tool {
namespace {

using Hosts = std::map<std::string, HostSettings>;

Result<void> Set(Hosts& hosts, const std::string& option, const std::string& type,
                 const std::vector<std::string>& pairs, std::string HostSettings::* member) {
  for (const auto& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
      return Fail(Errc::invalid_argument, option + " " + pair + ": it is HOST=" + type);
    }
    hosts[pair.substr(0, equals)].*member = pair.substr(equals + 1);
  }
  return {};
}

// "host" of "host:port"; "" where there is no port.
std::string WithoutPort(const std::string& name) {
  const auto colon = name.rfind(':');
  if (colon == std::string::npos || name.find(']', colon) != std::string::npos) return {};
  return name.substr(0, colon);
}

// A certificate and its key are one setting.
void Complete(HostSettings& own, const HostSettings& wider) {
  if (own.client_cert_file.empty()) {
    own.client_cert_file = wider.client_cert_file;
    if (own.client_key_file.empty()) own.client_key_file = wider.client_key_file;
  }
  if (own.ca_file.empty()) own.ca_file = wider.ca_file;
  if (own.proxy.empty()) own.proxy = wider.proxy;
  if (own.connect_to.empty()) own.connect_to = wider.connect_to;
}

}  // namespace

void HostAccess::AddOptions(Options& options) {
  options.Values("--insecure-host", insecure_hosts_, "HOST[:PORT]",
                 "Do not verify this host's certificate; try plain HTTP too");
  options.Values("--host-ca", ca_files_, "HOST=FILE",
                 "Verify this host's certificate against the authorities in a PEM file");
  options.Values("--host-cert", certificates_, "HOST=FILE", "Show this host the client certificate in a PEM file");
  options.Values("--host-key", keys_, "HOST=FILE", "Its private key (default: in the file of the certificate)");
  options.Values("--host-proxy", proxies_, "HOST=URL",
                 "Ask this host through a proxy; none: through none (default: as http_proxy, https_proxy say)");
  options.Values("--host-connect", addresses_, "HOST=ADDR:PORT",
                 "Where connections to this host really go, whatever its name resolves to");
  options.Value("--docker-config", docker_config_, "FILE",
                "Credentials: a docker config.json (default: docker's own places)");
}

Result<std::map<std::string, HostSettings>> HostAccess::Hosts() const {
  tool::Hosts hosts;
  for (const auto& host : insecure_hosts_) {
    if (host.empty()) {
      return Fail(Errc::invalid_argument, "--insecure-host: it names no host; it is HOST or HOST:PORT");
    }
    hosts[host].insecure = true;
  }
  LARDER_RETURN_IF_ERROR(Set(hosts, "--host-ca", "FILE", ca_files_, &HostSettings::ca_file));
  LARDER_RETURN_IF_ERROR(Set(hosts, "--host-cert", "FILE", certificates_, &HostSettings::client_cert_file));
  LARDER_RETURN_IF_ERROR(Set(hosts, "--host-key", "FILE", keys_, &HostSettings::client_key_file));
  LARDER_RETURN_IF_ERROR(Set(hosts, "--host-proxy", "URL", proxies_, &HostSettings::proxy));
  LARDER_RETURN_IF_ERROR(Set(hosts, "--host-connect", "ADDR:PORT", addresses_, &HostSettings::connect_to));
  for (auto& [name, own] : hosts) {
    const std::string bare = WithoutPort(name);
    if (const auto host = bare.empty() ? hosts.end() : hosts.find(bare); host != hosts.end()) {
      Complete(own, host->second);
      own.insecure = own.insecure || host->second.insecure;
    }
    if (const auto all = hosts.find("*"); all != hosts.end()) Complete(own, all->second);
    if (!own.client_key_file.empty() && own.client_cert_file.empty()) {
      return Fail(Errc::invalid_argument, "--host-key " + name + "=" + own.client_key_file +
                                              ": there is no certificate for it; name it with --host-cert " + name +
                                              "=FILE");
    }
  }
  return hosts;
}

DockerConfigOptions HostAccess::DockerConfig(const Console& console, Log log) const {
  DockerConfigOptions options;
  options.file = docker_config_;
  options.environment = std::make_shared<const std::map<std::string, std::string>>(console.environment.begin(),
                                                                                   console.environment.end());
  options.log = std::move(log);
  return options;
}

HostSettings SettingsFor(const std::map<std::string, HostSettings>& hosts, const std::string& host,
                         const std::string& port) {
  for (const auto& name : {host + ":" + port, host}) {
    if (const auto found = hosts.find(name); found != hosts.end()) return found->second;
  }
  HostSettings all;
  if (const auto found = hosts.find("*"); found != hosts.end()) all = found->second;
  if (host == "localhost" || host == "127.0.0.1" || host == "[::1]") all.insecure = true;
  return all;
}

}  // namespace larder::tool
