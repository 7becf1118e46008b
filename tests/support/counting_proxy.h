// A reverse proxy on loopback in front of a registry: counts what is asked of it, and behaves like registries with
// limits.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/http_server.h"

namespace larder::testing {

enum class RequestKind : std::uint8_t { ping, tags, manifest, blob, token, other };

// By the path: /v2/, /v2/<name>/tags/list, /v2/<name>/manifests/..., /v2/<name>/blobs/..., .../token.
RequestKind KindOf(std::string_view path);

// Everything may be called from any thread, at any time.
class CountingProxy {
 public:
  // `upstream`: "http://127.0.0.1:5000". Requests are counted before they are passed on.
  explicit CountingProxy(std::string upstream);

  std::string host() const { return server_->host(); }
  std::string url() const { return server_->url(); }
  int connections() const { return server_->connections(); }

  int Count(std::string_view method, RequestKind kind) const;
  int Total() const;
  // "GET /v2/": each request since the start or Forget(), in order of arrival.
  std::vector<std::string> Requests() const;
  void Forget();

  // Every answer waits that long; they wait beside each other.
  void SetDelay(std::chrono::milliseconds delay);
  // Added to each answer to requests of that kind.
  void AddHeader(RequestKind kind, std::string name, std::string value);
  // Counts pulls as Docker Hub does: GET of a manifest is one, HEAD is none; both are told
  // "ratelimit-limit: <limit>;w=<window>" and "ratelimit-remaining: ...". With none left, GET is answered 429.
  void LimitPulls(int limit, std::chrono::seconds window = std::chrono::hours(6));
  int pulls() const;
  // Asked first, for each request: an answer in place of the registry's, or nullopt to pass it on.
  using Interceptor = std::function<std::optional<HttpResponse>(const ReceivedRequest&)>;
  void Intercept(Interceptor interceptor);

 private:
  ServedResponse Handle(const ReceivedRequest& request);
  HttpResponse Pass(const ReceivedRequest& request);
  // Under mutex_: the answer where no pull is left; counts one where there is.
  std::optional<HttpResponse> CountPull(const ReceivedRequest& request);

  const std::string upstream_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::map<std::pair<std::string, RequestKind>, int, std::less<>> counts_;
  std::chrono::milliseconds delay_{0};
  std::multimap<RequestKind, std::pair<std::string, std::string>> headers_;
  Interceptor interceptor_;
  std::optional<int> pull_limit_;
  std::chrono::seconds pull_window_{0};
  int pulls_ = 0;
  std::vector<std::unique_ptr<HttpClient>> idle_clients_;
  std::unique_ptr<HttpServer> server_;  // last: its threads use all of the above
};

}  // namespace larder::testing
