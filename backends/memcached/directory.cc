#include "directory.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace larder::memcached {
namespace {

constexpr std::chrono::seconds kBetweenNudges{1};
// For a connection and an answer to what is there, however short the timeout.
constexpr std::chrono::milliseconds kLeastWait{100};

bool SameServers(const Topology& topology, std::span<const Address> addresses) {
  return std::ranges::equal(topology.servers, addresses, {}, [](const auto& server) { return server->address(); });
}

}  // namespace

Directory::Directory(const MemcachedOptions& options, std::vector<Address> servers)
    : srv_(options.srv),
      fixed_(std::move(servers)),
      interval_(options.srv_interval),
      log_(options.log),
      resolver_(options.resolver, options.timeout),
      settings_{options.timeout, options.connections, options.log, [this] { Nudge(); },
                [this] { FindOthersSilent(); }} {}

Directory::~Directory() = default;

Result<std::unique_ptr<Directory>> Directory::Open(const MemcachedOptions& options, std::vector<Address> servers) {
  std::unique_ptr<Directory> directory(new Directory(options, std::move(servers)));
  LARDER_RETURN_IF_ERROR(directory->Refresh());
  if (!directory->has_names()) return directory;
  try {
    directory->thread_ = std::jthread([self = directory.get()](const std::stop_token& stop) { self->KeepFresh(stop); });
  } catch (const std::system_error& e) {
    return Fail(Errc::unavailable, std::string("memcached: no thread for looking names up: ") + e.what());
  }
  return directory;
}

bool Directory::has_names() const { return !srv_.empty() || !std::ranges::all_of(fixed_, &Address::is_literal); }

std::shared_ptr<const Topology> Directory::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<void> Directory::Refresh() {
  const std::lock_guard one_at_a_time(refreshing_);
  const auto before = Current();
  std::vector<Address> addresses = fixed_;
  if (!srv_.empty()) {
    auto found = resolver_.Servers(srv_);
    if (!found.has_value()) {
      if (!before) return std::unexpected<Error>(std::move(found).error());
      if (!std::exchange(srv_failing_, true)) {
        Report(LogLevel::warning, found.error().message + "; the servers known before stay in use");
      }
      LookUpHosts(before->servers);
      return {};
    }
    srv_failing_ = false;
    addresses = std::move(*found);
  }
  if (before && SameServers(*before, addresses)) {
    LookUpHosts(before->servers);
    return {};
  }
  LARDER_ASSIGN_OR_RETURN(Ring ring, Ring::Make(addresses));
  auto servers = ServersFor(addresses);
  LookUpHosts(servers);
  Swap(std::make_shared<const Topology>(Topology{std::move(servers), std::move(ring)}));
  if (before) Report(LogLevel::info, srv_ + " now lists " + std::to_string(addresses.size()) + " servers");
  return {};
}

std::shared_ptr<const Topology> Directory::Swap(std::shared_ptr<const Topology> next) {
  const std::lock_guard lock(mutex_);
  return std::exchange(current_, std::move(next));
}

std::vector<std::shared_ptr<Server>> Directory::ServersFor(std::span<const Address> addresses) {
  std::vector<std::shared_ptr<Server>> servers;
  const auto before = Current();
  for (const Address& address : addresses) {
    std::shared_ptr<Server> server;
    if (before) {
      const auto known = std::ranges::find(before->servers, address, [](const auto& one) { return one->address(); });
      if (known != before->servers.end()) server = *known;
    }
    servers.push_back(server ? std::move(server) : std::make_shared<Server>(address, settings_));
  }
  return servers;
}

void Directory::LookUpHosts(std::span<const std::shared_ptr<Server>> servers) const {
  std::vector<std::string> hosts;
  for (const auto& server : servers) {
    if (!server->address().is_literal()) hosts.push_back(server->address().host);
  }
  if (hosts.empty()) return;
  std::ranges::sort(hosts);
  const auto repeated = std::ranges::unique(hosts);
  hosts.erase(repeated.begin(), repeated.end());
  const auto found = resolver_.Hosts(hosts);
  for (const auto& server : servers) {
    const Address& address = server->address();
    const auto host = std::ranges::lower_bound(hosts, address.host);
    if (host == hosts.end() || *host != address.host) continue;
    const auto& result = found[static_cast<std::size_t>(host - hosts.begin())];
    std::vector<Endpoint> endpoints;
    if (result.has_value()) {
      for (const std::string& ip : *result) endpoints.push_back(Endpoint{ip, address.port});
    }
    server->SetEndpoints(std::move(endpoints), result.has_value() ? "" : result.error().message);
  }
}

void Directory::Nudge() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  wake_.notify_all();
}

void Directory::FindSilent(std::chrono::milliseconds wait) const {
  const auto topology = Current();
  std::vector<Probe> probes;
  std::vector<Server*> asked;
  for (const auto& server : topology->servers) {
    auto probe = server->StartProbe();
    if (!probe.has_value()) continue;
    probes.push_back(std::move(*probe));
    asked.push_back(server.get());
  }
  Probe::AdvanceAll(probes, wait);
  for (std::size_t i = 0; i < probes.size(); ++i) {
    if (probes[i].state() == Probe::State::waiting) asked[i]->FellSilent(std::move(probes[i]));
  }
}

void Directory::FindOthersSilent() const {
  using std::chrono::steady_clock;
  const auto wait = std::max<std::chrono::milliseconds>(settings_.timeout / 4, std::min(settings_.timeout, kLeastWait));
  const auto called = steady_clock::now();
  const std::lock_guard one_at_a_time(finding_);
  // What timed out just after the last time was asked before it.
  if (found_.has_value() && called - *found_ < wait) return;
  FindSilent(wait);
  found_ = steady_clock::now();
}

void Directory::KeepFresh(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, interval_, [this] { return nudged_; });
    if (stop.stop_requested()) return;
    nudged_ = false;
    lock.unlock();
    const auto refreshed = Refresh();
    if (!refreshed.has_value()) Report(LogLevel::error, refreshed.error().message);
    lock.lock();
    wake_.wait_for(lock, stop, std::min<std::chrono::milliseconds>(kBetweenNudges, interval_), [] { return false; });
  }
}

void Directory::Report(LogLevel level, const std::string& what) const {
  if (log_) log_(level, "memcached: " + what);
}

}  // namespace larder::memcached
