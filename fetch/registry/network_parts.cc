#include "registry/network_parts.h"

#include <algorithm>
#include <utility>

#include "http/ascii.h"
#include "http/hosts.h"
#include "limits/host_limits.h"

namespace larder {
namespace {

int SlotsFor(int burst) { return std::clamp(burst, 1, http::kMaxInFlightPerHost); }

http::HostOptions ToHostOptions(const HostSettings& settings, int burst) {
  http::HostOptions options;
  options.insecure = settings.insecure;
  options.ca_file = settings.ca_file;
  options.client_cert_file = settings.client_cert_file;
  options.client_key_file = settings.client_key_file;
  options.proxy = settings.proxy;
  options.connect_to = settings.connect_to;
  options.slots = SlotsFor(burst);
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
  http::SessionOptions session;
  for (const auto& [name, settings] : hosts) {
    session.hosts.emplace(name, ToHostOptions(settings, RateOf(options.limits, name).burst));
  }
  // A host that has but a rate of its own keeps the settings that it has without.
  const http::Hosts without_rates(session.hosts);
  for (const auto& [name, rate] : options.limits.hosts) {
    http::HostOptions own = without_rates.OptionsFor(http::LowerCase(name));
    own.slots = SlotsFor(rate.burst);
    session.hosts.emplace(name, std::move(own));
  }
  session.log = options.log;
  session.trace = options.trace;
  session.user_agent = options.user_agent;
  session.http2 = options.http2;
  session.timeout = options.request_timeout;
  // Else a TLS handshake that is not answered is the request's timeout, and plain HTTP is never tried.
  session.connect_timeout = std::min(options.connect_timeout, options.request_timeout / 2);
  return session;
}

}  // namespace

Network::Parts::Parts(NetworkOptions options) : log_(options.log), thread_(std::this_thread::get_id()) {
  limits_ = std::make_unique<RateLimiters>(loop_, options.limits, options.log);
  session_ = std::make_unique<http::Session>(loop_, ToSessionOptions(options), limits_.get());
  authorizer_ = std::make_unique<Authorizer>(*session_, loop_, AuthOptions());
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
