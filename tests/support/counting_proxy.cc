#include "support/counting_proxy.h"

#include <strings.h>

#include <algorithm>
#include <array>

namespace larder::testing {
namespace {

// Said about one connection, not about the request.
bool HopByHop(const std::string& name) {
  constexpr std::array<const char*, 4> kNames = {"Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding"};
  return std::ranges::any_of(kNames, [&](const char* own) { return ::strcasecmp(own, name.c_str()) == 0; });
}

HttpResponse TooManyRequests() {
  HttpResponse response;
  response.status = 429;
  response.headers = {{"Content-Type", "application/json"}};
  response.body = R"({"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]})";
  return response;
}

}  // namespace

RequestKind KindOf(std::string_view path) {
  if (path == "/v2/" || path == "/v2") return RequestKind::ping;
  if (path.ends_with("/token")) return RequestKind::token;
  if (!path.starts_with("/v2/")) return RequestKind::other;
  if (path.ends_with("/tags/list")) return RequestKind::tags;
  if (path.find("/manifests/") != std::string_view::npos) return RequestKind::manifest;
  if (path.find("/blobs/") != std::string_view::npos) return RequestKind::blob;
  return RequestKind::other;
}

CountingProxy::CountingProxy(std::string upstream)
    : upstream_(std::move(upstream)),
      server_(std::make_unique<HttpServer>([this](const ReceivedRequest& request) { return Handle(request); })) {}

int CountingProxy::Count(std::string_view method, RequestKind kind) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(std::pair(std::string(method), kind));
  return found == counts_.end() ? 0 : found->second;
}

int CountingProxy::Total() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(requests_.size());
}

std::vector<std::string> CountingProxy::Requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void CountingProxy::Forget() {
  const std::lock_guard lock(mutex_);
  requests_.clear();
  counts_.clear();
}

void CountingProxy::SetDelay(std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  delay_ = delay;
}

void CountingProxy::AddHeader(RequestKind kind, std::string name, std::string value) {
  const std::lock_guard lock(mutex_);
  headers_.emplace(kind, std::pair(std::move(name), std::move(value)));
}

void CountingProxy::LimitPulls(int limit, std::chrono::seconds window) {
  const std::lock_guard lock(mutex_);
  pull_limit_ = limit;
  pull_window_ = window;
  pulls_ = 0;
}

int CountingProxy::pulls() const {
  const std::lock_guard lock(mutex_);
  return pulls_;
}

void CountingProxy::Intercept(Interceptor interceptor) {
  const std::lock_guard lock(mutex_);
  interceptor_ = std::move(interceptor);
}

std::optional<HttpResponse> CountingProxy::CountPull(const ReceivedRequest& request) {
  if (request.method != "GET") return std::nullopt;
  if (pull_limit_.has_value() && pulls_ >= *pull_limit_) return TooManyRequests();
  ++pulls_;
  return std::nullopt;
}

ServedResponse CountingProxy::Handle(const ReceivedRequest& request) {
  const RequestKind kind = KindOf(request.path());
  std::optional<HttpResponse> answer;
  Interceptor interceptor;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request.method + " " + request.target);
    ++counts_[std::pair(request.method, kind)];
    interceptor = interceptor_;
  }
  if (interceptor) answer = interceptor(request);
  if (!answer && kind == RequestKind::manifest) {
    const std::lock_guard lock(mutex_);
    answer = CountPull(request);
  }
  if (!answer) answer = Pass(request);

  const std::lock_guard lock(mutex_);
  for (auto [it, end] = headers_.equal_range(kind); it != end; ++it) answer->headers.push_back(it->second);
  if (kind == RequestKind::manifest && pull_limit_.has_value()) {
    const std::string window = ";w=" + std::to_string(pull_window_.count());
    answer->headers.emplace_back("ratelimit-limit", std::to_string(*pull_limit_) + window);
    answer->headers.emplace_back("ratelimit-remaining", std::to_string(std::max(0, *pull_limit_ - pulls_)) + window);
  }
  return ServedResponse{std::move(*answer), delay_};
}

HttpResponse CountingProxy::Pass(const ReceivedRequest& request) {
  HttpRequest passed;
  passed.method = request.method;
  passed.url = upstream_ + request.target;
  passed.body = request.body;
  for (const auto& [name, value] : request.headers) {
    if (!HopByHop(name)) passed.headers.push_back(name + ": " + value);
  }

  std::unique_ptr<HttpClient> client;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_clients_.empty()) {
      client = std::move(idle_clients_.back());
      idle_clients_.pop_back();
    }
  }
  if (!client) client = std::make_unique<HttpClient>();
  auto response = client->Send(passed);
  const std::lock_guard lock(mutex_);
  idle_clients_.push_back(std::move(client));
  if (response) return std::move(*response);
  HttpResponse failed;
  failed.status = 502;
  failed.body = response.error().message;
  return failed;
}

}  // namespace larder::testing
