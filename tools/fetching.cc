#include "fetching.h"

#include <initializer_list>
#include <mutex>
#include <ostream>

namespace larder::tool {

void Fetching::AddOptions(Options& options) {
  options.Group("Asking registries");
  options.Values("--insecure-host", insecure_hosts_, "HOST[:PORT]",
                 "Do not verify this host's certificate; try plain HTTP too");
  access_.AddOptions(options);
  options.Real("--rps", rps_, "N", "Requests a second to one host at the most");
  options.Whole("--burst", burst_, 1, 100, "Requests to one host at once");
  options.Values("--platform", platforms_, "OS/ARCH", "Which image of an index, best first (default: linux/amd64)");
  options.Flag("--trace", trace_, "Show each request on standard error (never a secret)");
  options.Group("");
}

void Fetching::AddCloudOptions(Options& options) {
  options.Group("Amazon's registries");
  options.Values("--ecr-region", ecr_regions_, "REGION", "Images of these regions only (default: the one detected)");
  options.Values("--ecr-include-id", ecr_include_ids_, "ACCOUNT", "Images of these accounts only; '': of none");
  options.Values("--ecr-exclude-id", ecr_exclude_ids_, "ACCOUNT", "No images of these accounts (default: EKS's own)");
  options.Group("");
}

EcrOptions Fetching::EcrSettings() const {
  EcrOptions options;
  options.regions = ecr_regions_;
  if (!ecr_include_ids_.empty()) {
    options.include_ids = ecr_include_ids_;
    std::erase(*options.include_ids, "");
  }
  options.exclude_ids = ecr_exclude_ids_;
  std::erase(options.exclude_ids, "");
  return options;
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
  LARDER_ASSIGN_OR_RETURN(const auto ca_files, access_.CaFiles());
  for (const auto& [host, file] : ca_files) options.hosts[host].ca_file = file;
  options.limits.rate.rps = rps_;
  options.limits.rate.burst = burst_;
  // Lines come from the network's thread.
  auto lock = std::make_shared<std::mutex>();
  const auto say = [err = console.err, lock, clear = console.err_is_terminal](std::string_view line) {
    const std::lock_guard guard(*lock);
    *err << (clear ? "\r\033[K" : "") << line << '\n';  // over a progress bar
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
                                                           RefresherOptions options, FetchObserver observer) const {
  LARDER_ASSIGN_OR_RETURN(auto network_options, NetworkSettings(console));
  LARDER_ASSIGN_OR_RETURN(options.platforms, ParsePlatforms());
  options.log = network_options.log;
  DockerConfigOptions docker = access_.DockerConfig(console, network_options.log);
  const auto environment = docker.environment;
  LARDER_ASSIGN_OR_RETURN(auto configured, MakeDockerConfigSource(std::move(docker)));
  CloudSourceOptions clouds;
  clouds.ecr = EcrSettings();
  for (CloudOptions* cloud : std::initializer_list<CloudOptions*>{&clouds.ecr, &clouds.google, &clouds.azure}) {
    cloud->environment = environment;
    cloud->log = network_options.log;
  }
  auto session = std::make_unique<Session>();
  LARDER_ASSIGN_OR_RETURN(session->network_, Network::Start(std::move(network_options)));
  LARDER_ASSIGN_OR_RETURN(auto sources, MakeCloudSources(*session->network_, std::move(clouds), std::move(configured)));
  session->ecr_ = std::move(sources.ecr);
  options.credentials = std::move(sources.all);
  RemoteOptions remote;
  remote.platforms = options.platforms;
  session->factory_ = MakeRemoteClientFactory(*session->network_, std::move(remote));
  ClientFactory* factory = session->factory_.get();
  if (observer) {
    session->observed_ = std::make_unique<InstrumentedClientFactory>(*factory, std::move(observer));
    factory = session->observed_.get();
  }
  session->refresher_ = std::make_unique<Refresher>(*session->network_, *factory, store, std::move(options));
  return session;
}

}  // namespace larder::tool
