#include "fetching.h"

#include <map>
#include <mutex>
#include <ostream>

#include "larder/docker_config.h"

namespace larder::tool {

void Fetching::AddOptions(CLI::App& command) {
  const std::string group = "Asking registries";
  command.add_option("--insecure-host", insecure_hosts_, "Do not verify this host's certificate; try plain HTTP too")
      ->type_name("HOST[:PORT]")
      ->group(group);
  command.add_option("--host-ca", ca_files_, "Verify this host's certificate against the authorities in a PEM file")
      ->type_name("HOST=FILE")
      ->group(group);
  command
      .add_option("--docker-config", docker_config_, "Credentials: a docker config.json (default: docker's own places)")
      ->type_name("FILE")
      ->group(group);
  command.add_option("--rps", rps_, "Requests a second to one host at the most")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group(group);
  command.add_option("--burst", burst_, "Requests to one host at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 100))
      ->group(group);
  command.add_option("--platform", platforms_, "Which image of an index, best first (default: linux/amd64)")
      ->type_name("OS/ARCH")
      ->group(group);
  command.add_flag("--trace", trace_, "Show each request on standard error (never a secret)")->group(group);
}

Result<PlatformPreference> Fetching::ParsePlatforms() const {
  PlatformPreference platforms;
  for (const auto& text : platforms_) {
    LARDER_ASSIGN_OR_RETURN(auto platform, Platform::Parse(text));
    platforms.push_back(std::move(platform));
  }
  return platforms.empty() ? DefaultPlatforms() : platforms;
}

PlatformPreference Fetching::platforms() const { return ParsePlatforms().value_or(DefaultPlatforms()); }

Result<NetworkOptions> Fetching::NetworkSettings(const Console& console) const {
  NetworkOptions options;
  for (const auto& host : insecure_hosts_) options.hosts[host].insecure = true;
  for (const auto& pair : ca_files_) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Fail(Errc::invalid_argument, "--host-ca " + pair + ": it is HOST=FILE");
    }
    options.hosts[pair.substr(0, equals)].ca_file = pair.substr(equals + 1);
  }
  options.limits.rate.rps = rps_;
  options.limits.rate.burst = burst_;
  // Lines come from the network's thread.
  auto lock = std::make_shared<std::mutex>();
  const auto say = [err = console.err, lock](std::string_view line) {
    const std::lock_guard guard(*lock);
    *err << line << '\n';
  };
  if (trace_ || console.verbosity > 1) options.trace = say;
  if (!console.quiet) {
    options.log = [say, verbosity = console.verbosity](LogLevel level, std::string_view line) {
      if (level >= (verbosity > 0 ? LogLevel::info : LogLevel::warning)) say(line);
    };
  }
  return options;
}

Result<std::unique_ptr<Fetching::Session>> Fetching::Start(const Console& console, Store& store,
                                                           RefresherOptions options) const {
  LARDER_ASSIGN_OR_RETURN(auto network_options, NetworkSettings(console));
  LARDER_ASSIGN_OR_RETURN(options.platforms, ParsePlatforms());
  options.log = network_options.log;
  DockerConfigOptions docker;
  docker.file = docker_config_;
  docker.environment = std::make_shared<const std::map<std::string, std::string>>(console.environment.begin(),
                                                                                  console.environment.end());
  docker.log = network_options.log;
  LARDER_ASSIGN_OR_RETURN(options.credentials, MakeDockerConfigSource(std::move(docker)));
  auto session = std::make_unique<Session>();
  LARDER_ASSIGN_OR_RETURN(session->network_, Network::Start(std::move(network_options)));
  RemoteOptions remote;
  remote.platforms = options.platforms;
  session->factory_ = MakeRemoteClientFactory(*session->network_, std::move(remote));
  session->refresher_ = std::make_unique<Refresher>(*session->network_, *session->factory_, store, std::move(options));
  return session;
}

}  // namespace larder::tool
