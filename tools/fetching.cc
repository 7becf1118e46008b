#include "fetching.h"

#include <mutex>
#include <ostream>

namespace larder::tool {

void Fetching::AddOptions(Options& options) {
  options.Group("Asking registries");
  access_.AddOptions(options);
  options.Real("--rps", rps_, "N", "Requests a second to one host at the most");
  options.Whole("--burst", burst_, 1, 100, "Requests to one host at once");
  options.Span("--timeout", timeout_,
               "How long one request may take, connecting half of that or 10 s at the most (default: 1 min)");
  options.Values("--platform", platforms_, "OS/ARCH", "Which image of an index, best first (default: linux/amd64)");
  options.Flag("--trace", trace_, "Show each request on standard error (never a secret)");
  clouds_.AddOptions(options);
  options.Settings();
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
  LARDER_ASSIGN_OR_RETURN(options.hosts, access_.Hosts());
  options.limits.rate.rps = rps_;
  options.limits.rate.burst = burst_;
  if (timeout_.has_value()) options.request_timeout = *timeout_;
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
  CloudSourceOptions clouds = clouds_.Settings(environment, network_options.log);
  auto session = std::make_unique<Session>();
  LARDER_ASSIGN_OR_RETURN(session->network_, Network::Start(std::move(network_options)));
  LARDER_ASSIGN_OR_RETURN(auto sources, MakeCloudSources(*session->network_, std::move(clouds), std::move(configured)));
  session->ecr_ = std::move(sources.ecr);
  if (clouds_.RequiresEcr()) {
    if (const auto found = session->ecr_->PreflightNow(); !found.has_value()) {
      return Fail(Errc::unavailable, "--require ecr: " + found.error().message);
    }
  }
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
