// The network as a host sees it: one thread, its connections, and what was learned of each registry's limits. Clients
// and the Refresher run on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/limits.h"
#include "larder/log.h"

namespace LARDER_API larder {

// How one registry host is reached.
struct HostSettings {
  // Its certificate is not verified, and plain HTTP is tried where HTTPS does not start. Loopback hosts are asked by
  // plain HTTP too where they do not answer HTTPS, as Docker does.
  bool insecure = false;
  std::string ca_file;           // PEM; instead of the system's authorities
  std::string client_cert_file;  // PEM
  std::string client_key_file;   // PEM; "" = in the certificate's file
  std::string proxy;             // URL; "" = from the environment (http_proxy, https_proxy, no_proxy); "none" = direct
  std::string connect_to;        // "127.0.0.1:5000": where connections really go (split DNS, tests)
};

struct NetworkOptions {
  // By "host" (every port of it) or "host:port"; "*" for all others.
  std::map<std::string, HostSettings> hosts;
  LimitOptions limits;
  std::string user_agent = "larder";
  bool http2 = true;
  // Of one request, from when the host's limits let it go until its answer is there whole: what a connection costs that
  // says nothing any more. A redirect is another request. And of name, TCP and TLS together, which are part of it, at
  // most half of request_timeout: what a host costs that accepts connections and then says nothing. Both 10 ms to 1 h.
  // The clouds' services have their own.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(60);
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  Log log;
  // Called on the network's thread with a line for each request and one for each answer: method, URL, status, time.
  // Nothing secret.
  std::function<void(std::string_view)> trace;
};

// What came of the requests sent to a host so far, one count each.
struct HostOutcomes {
  std::uint64_t answered = 0;     // 1xx, 2xx and 3xx
  std::uint64_t denied = 0;       // 401 (also where a token is asked for), 403
  std::uint64_t not_found = 0;    // 404
  std::uint64_t limited = 0;      // 429
  std::uint64_t refused = 0;      // other 4xx
  std::uint64_t failed = 0;       // 5xx
  std::uint64_t unreachable = 0;  // no answer
  std::uint64_t cancelled = 0;    // given up by us
};

struct HostStatus {
  std::string host;  // "host" or "host:port" as asked
  HostOutcomes outcomes;
  double rps = 0;                               // what the limiter permits now
  std::optional<std::int64_t> pulls_remaining;  // of the host's pull budget, as it said last; nullopt: it said nothing
  Time banned_until{};                          // no request before; epoch: none
  Time pulls_banned_until{};                    // no counted GET of a manifest before: banned_until or later
  bool silent = false;                          // it did not answer, and is left alone for a while
  std::size_t waiting = 0;                      // requests that wait for the limiter
};

// Safe for concurrent use. Destroying it ends what is in flight within about a second; clients, factories and
// refreshers that were made with it must be gone before, and it may not be destroyed on its own thread.
class Network {
 public:
  // Starts the thread. invalid_argument: a setting that cannot be (a rate of 0, a file that is not there, a timeout
  // outside its limits).
  static Result<std::unique_ptr<Network>> Start(NetworkOptions options);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  struct Counters {
    std::map<std::string, std::uint64_t> requests;  // hops sent so far, by host
    std::uint64_t connections = 0;                  // opened so far
  };
  // As of some moment during the call. Not for the network's own thread.
  Counters Count();
  // The same; but where that thread is busy for longer than `patience`, as it was when this was asked before (empty
  // where it never was).
  std::vector<HostStatus> Hosts(std::chrono::milliseconds patience = std::chrono::seconds(1));

  // Runs `fn` on the network's thread, soon and never inside this call: for a host's own Client (larder/client.h),
  // whose callbacks must come there. From any thread. What is still waiting when the network ends is destroyed, not
  // called.
  void Post(std::function<void()> fn);

  class Parts;  // loop, session, limiter and authorizer: for the rest of fetch
  Parts& parts() { return *parts_; }

 private:
  explicit Network(std::unique_ptr<Parts> parts);
  class Thread;
  struct Told;
  std::shared_ptr<Told> told_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<Thread> thread_;  // after parts_: it ends first
};

}  // namespace larder
