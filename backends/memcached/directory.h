// Which servers there are, and where. Keeps a thread of its own only where there is a name to look up.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "address.h"
#include "larder/error.h"
#include "larder/memcached_store.h"
#include "resolver.h"
#include "ring.h"
#include "server.h"

namespace larder::memcached {

// One list of servers and its ring. Immutable, and kept alive by whoever uses it while a newer one takes over. A server
// that is in both is the same object, with its connections.
struct Topology {
  std::vector<std::shared_ptr<Server>> servers;  // in the order of the ring
  Ring ring;

  std::size_t IndexOf(std::string_view key_text) const { return servers.size() == 1 ? 0 : ring.ServerOf(key_text); }
  Server& ServerOf(std::string_view key_text) const { return *servers[IndexOf(key_text)]; }
};

class Directory {
 public:
  // The first look-up, and the thread for later ones. REQUIRES: validated options.
  static Result<std::unique_ptr<Directory>> Open(const MemcachedOptions& options, std::vector<Address> servers);
  ~Directory();

  std::shared_ptr<const Topology> Current() const;

  // Looks everything up once, on this thread. What cannot be looked up stays as it was.
  Result<void> Refresh();

  // Asks the thread to look everything up soon: at most once a second.
  void Nudge();

  // Asks all servers at the same time whether they are there. Those that do not answer within the timeout count as
  // silent from then on (Server), so that a call which goes on to each in turn waits once for all of them.
  void FindSilent() const { FindSilent(settings_.timeout); }

 private:
  Directory(const MemcachedOptions& options, std::vector<Address> servers);
  bool has_names() const;
  std::shared_ptr<const Topology> Swap(std::shared_ptr<const Topology> next);
  std::vector<std::shared_ptr<Server>> ServersFor(std::span<const Address> addresses);
  void LookUpHosts(std::span<const std::shared_ptr<Server>> servers) const;
  void KeepFresh(const std::stop_token& stop);
  void FindSilent(std::chrono::milliseconds wait) const;
  // After a request timed out: those that were asked at the same time had as long already, so a quarter of it will do.
  void FindOthersSilent() const;
  void Report(LogLevel level, const std::string& what) const;

  const std::string srv_;
  const std::vector<Address> fixed_;  // unless srv_
  const std::chrono::milliseconds interval_;
  const Log log_;
  const Resolver resolver_;
  const ServerSettings settings_;

  mutable std::mutex finding_;                                          // one FindOthersSilent at a time
  mutable std::optional<std::chrono::steady_clock::time_point> found_;  // when the last ended; under finding_

  std::mutex refreshing_;     // one Refresh at a time
  bool srv_failing_ = false;  // under refreshing_; for the log

  mutable std::mutex mutex_;
  std::shared_ptr<const Topology> current_;
  std::condition_variable_any wake_;
  bool nudged_ = false;

  std::jthread thread_;  // last, so that it stops before what it uses is gone
};

}  // namespace larder::memcached
