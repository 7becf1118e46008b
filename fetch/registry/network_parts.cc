#include "registry/network_parts.h"

#include <algorithm>
#include <utility>

#include "http/hosts.h"

namespace larder {
namespace {

http::HostOptions ToHostOptions(const HostSettings& settings, int burst) {
  http::HostOptions options;
  options.insecure = settings.insecure;
  options.ca_file = settings.ca_file;
  options.client_cert_file = settings.client_cert_file;
  options.client_key_file = settings.client_key_file;
  options.proxy = settings.proxy;
  options.connect_to = settings.connect_to;
  options.slots = std::clamp(burst, 1, http::kMaxInFlightPerHost);
  return options;
}

http::SessionOptions ToSessionOptions(const NetworkOptions& options) {
  std::map<std::string, HostSettings> hosts = options.hosts;
  hosts.try_emplace("*");
  for (const char* loopback : {"localhost", "127.0.0.1", "[::1]"}) {
    HostSettings settings = hosts.at("*");
    settings.insecure = true;
    hosts.try_emplace(loopback, settings);
  }
  // A host that has but a rate of its own keeps the settings that it would have without.
  for (const auto& [name, rate] : options.limits.hosts) {
    const auto found = hosts.find(http::WithoutPort(name));
    hosts.try_emplace(name, found != hosts.end() ? found->second : hosts.at("*"));
  }
  http::SessionOptions session;
  for (const auto& [name, settings] : hosts) {
    const auto rate = options.limits.hosts.find(name);
    const int burst = rate == options.limits.hosts.end() ? options.limits.rate.burst : rate->second.burst;
    session.hosts.emplace(name, ToHostOptions(settings, burst));
  }
  session.log = options.log;
  session.trace = options.trace;
  session.user_agent = options.user_agent;
  session.http2 = options.http2;
  return session;
}

}  // namespace

Network::Parts::Parts(NetworkOptions options) : log_(options.log), thread_(std::this_thread::get_id()) {
  limits_ = std::make_unique<RateLimiters>(loop_, options.limits, options.log);
  session_ = std::make_unique<http::Session>(loop_, ToSessionOptions(options), limits_.get());
  AuthOptions auth;
  auth.log = options.log;
  authorizer_ = std::make_unique<Authorizer>(*session_, loop_, std::move(auth));
}

Network::Parts::~Parts() { Close(); }

void Network::Parts::Close() {
  if (authorizer_ == nullptr) return;
  authorizer_.reset();
  session_.reset();
  limits_.reset();
  // What was posted meanwhile still has callers that wait for it.
  loop_.Stop();
  loop_.Run();
}

}  // namespace larder
