// HTTP transfers on the loop, by libcurl's multi interface. One session a process part; it owns connections and slots.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/loop.h"
#include "http/task.h"
#include "larder/error.h"
#include "larder/log.h"
#include "larder/time.h"

namespace larder::http {

enum class Method : std::uint8_t { get, head, post, put };

// Named limits: a registry cannot make us hold or wait for more than these.
inline constexpr std::size_t kMaxManifestBytes = 4 << 20;  // as containers/image
inline constexpr std::size_t kMaxConfigBytes = 4 << 20;    // as containers/image
inline constexpr std::size_t kMaxTokenBytes = 1 << 20;
inline constexpr std::size_t kMaxTagPageBytes = 16 << 20;
inline constexpr std::size_t kMaxErrorBytes = 64 << 10;    // of a body with a status of 400 or more: cut, not refused
inline constexpr std::size_t kMaxHeaderBytes = 256 << 10;  // all headers of one answer together
inline constexpr std::chrono::milliseconds kRequestTimeout{60'000};  // of one hop, from when it may be sent
// Of name, TCP and TLS together: what a host that accepts and then says nothing costs, once for each attempt.
inline constexpr std::chrono::milliseconds kConnectTimeout{10'000};
inline constexpr int kMaxRedirects = 10;
inline constexpr int kMaxInFlightPerHost = 100;
inline constexpr int kDefaultSlots = 10;  // = the default burst of the limiter

struct Header {
  std::string name;
  std::string value;
};

// SigV4 by libcurl (CURLOPT_AWS_SIGV4), for the clouds. See docs/credentials for what it may be combined with.
struct AwsSigning {
  std::string region, service, access_key, secret_key;
};

// Who goes first where requests wait for a host: priority before soon before normal.
enum class Lane : std::uint8_t { normal, soon, priority };

// What a request counts as where pulls are limited (Docker Hub): a GET of a manifest, by tag or digest, is a pull;
// HEADs, listings, blobs and tokens are free.
enum class Cost : std::uint8_t { free, pull };

struct Request {
  Request();
  explicit Request(Method method, std::string url);
  Method method = Method::get;
  std::string url;
  std::vector<Header> headers;  // Authorization among them stays at this URL's scheme, host and port
  std::string body;             // post, put
  std::size_t max_body = kMaxManifestBytes;
  // 0: the session's.
  std::chrono::milliseconds timeout{0};
  std::chrono::milliseconds connect_timeout{0};
  bool follow_redirects = true;   // each hop takes its own host's slot and limiter
  bool trusted_endpoint = false;  // a user named it (metadata service, override): private addresses allowed
  bool direct = false;            // never through a proxy: services that only this machine reaches (link-local)
  bool public_only = false;       // named by a public registry (a realm): private addresses refused from the first hop
  std::optional<AwsSigning> aws;
  Lane lane = Lane::normal;
  Cost cost = Cost::free;
};

struct Response {
  Response();
  int status = 0;               // of the last hop
  std::string url;              // of the last hop
  std::vector<Header> headers;  // of the last hop, in order, names as sent
  std::string body;
  bool body_cut = false;  // an error body longer than kMaxErrorBytes
  int redirects = 0;
  // What the request showed in all its hops, where the status is 400 or more or there is a Warning: whoever tells of
  // the answer keeps it out by WithoutSecrets (http/secrets.h).
  std::vector<std::string> secrets;
  // The last hop's connection went to an address that is neither private nor loopback nor link-local. False behind a
  // proxy and with connect_to, where it cannot be known. What such a host names in turn is asked with public_only.
  bool public_peer = false;
  // The value of the first header of that name, whatever its case; nullopt where there is none.
  std::optional<std::string_view> Find(std::string_view name) const;
  // All values of headers of that name, in order.
  std::vector<std::string_view> FindAll(std::string_view name) const;
};

// Per-host settings; texts that are empty and slots of 0 are taken from HostOptions of "*" (of certificate and key both
// or none). `insecure` is not: a host that has options of its own is insecure only where they say so.
struct HostOptions {
  bool insecure = false;         // certificate not verified, and plain HTTP tried where TLS fails to start
  std::string ca_file;           // PEM; instead of the system's
  std::string client_cert_file;  // PEM
  std::string client_key_file;   // PEM; "" = in the certificate's file
  std::string proxy;             // URL; "" = from the environment (http_proxy, https_proxy, no_proxy); "none" = direct
  std::string connect_to;        // "127.0.0.1:5000": where connections really go (tests, split DNS)
  int slots = 0;  // requests in flight at once (= burst), 1 .. 99; one more is kept for the priority lane
};

struct SessionOptions {
  // By "host:port", or by "host" for its every port without options of its own; "*" for all others.
  std::map<std::string, HostOptions> hosts;
  Log log;
  // Called on the loop with one line a request and one an answer: method, URL, status, time. No header values that are
  // secret, no bodies.
  std::function<void(std::string_view)> trace;
  std::string user_agent = "larder";
  bool http2 = true;
  // Of requests that have none of their own.
  std::chrono::milliseconds timeout = kRequestTimeout;
  std::chrono::milliseconds connect_timeout = kConnectTimeout;
};

// Leave to send one request, to be given back.
struct Pass {
  Pass();
  Pass(Time entered, Cost cost);
  Time entered{};
  Cost cost = Cost::free;
  bool probe = false;  // the one request by which a breaker tries a host again
};

// Asked before each hop (redirects too), on the loop. The gate may wait: that time is outside the request's timeout.
// The hop has its slot by then, so that no more of a host's requests wait at the gate than the host has slots, and a
// ban that comes meanwhile holds all that wait for a slot. The gate outlives the session, and what still waits in it.
class Gate {
 public:
  virtual ~Gate() = default;
  // What Enter would answer at once; nullopt: it may have to wait. Saves most requests a coroutine.
  virtual std::optional<Result<Pass>> TryEnter(const std::string& host, Lane lane, Cost cost);
  // Returns when a request to `host` ("host" or "host:port") may be sent, or an error (rate_limited with retry_at,
  // unavailable while a breaker is open, cancelled). The caller's answer does not wait for this one after a stop.
  virtual Task<Result<Pass>> Enter(std::string host, Lane lane, Cost cost, std::stop_token stop) = 0;
  // Told once for each pass what came of it: the response, or null and the error where there is none (cancelled too).
  // Must not destroy the session.
  virtual void Leave(const std::string& host, const Pass& pass, const Response* response, const Error* error) = 0;
};

// Errors: unavailable (connect, DNS, TLS, timeout, a circle of redirects; the message says which and where), cancelled,
// too_large, invalid_argument (a URL, a file of the host's options), permission_denied (a redirect that may not be
// followed, an address that may not be asked), or the gate's. An HTTP status is not an error here. Messages hold no
// secret: of a URL's query only the registry protocol's own parameters.
//
// Used on the loop's thread only. A stop may be requested from any thread: its callback only posts to the loop, and the
// waiting Fetch ends as cancelled from there, wherever it waits (slot, gate, transfer). To end all quickly: request the
// stops, run the loop dry (under a second: nothing here waits for the network), destroy the session, then the loop.
class Session {
 public:
  Session(Loop& loop, SessionOptions options, Gate* gate = nullptr);
  ~Session();  // aborts what is in flight; their callers get `cancelled` before it returns, and new ones at once
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Task<Result<Response>> Fetch(Request request, std::stop_token stop);

  // Connections opened so far by hops that have ended, for tests and benchmarks.
  std::uint64_t connections() const;
  // Requests sent so far (hops), by host.
  const std::map<std::string, std::uint64_t>& requests() const;
  const HostOptions& OptionsFor(std::string_view host) const;
  Loop& loop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace larder::http
