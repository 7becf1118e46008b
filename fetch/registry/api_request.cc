#include "registry/api_request.h"

#include <utility>

#include "http/secrets.h"
#include "http/url.h"
#include "registry/media_type.h"
#include "registry/printable.h"

namespace larder {
namespace {

constexpr std::size_t kMaxToldWarnings = 100;

http::Request ToHttp(const RemoteRepository& repository, const ApiRequest& request, std::string url) {
  http::Request out(request.method, std::move(url));
  out.lane = repository.lane;
  switch (request.asked) {
    case Asked::tag_list:
      out.headers.push_back({"Accept", "application/json"});
      out.max_body = http::kMaxTagPageBytes;
      break;
    case Asked::manifest:
      out.headers.push_back({"Accept", std::string(kAcceptManifests)});
      out.max_body = http::kMaxManifestBytes;
      if (request.method == http::Method::get) out.cost = http::Cost::pull;
      if (!request.known.empty()) out.headers.push_back({"If-None-Match", "\"" + request.known.ToString() + "\""});
      break;
    case Asked::blob:
      out.max_body = http::kMaxConfigBytes;
      break;
  }
  return out;
}

// `Warning: 299 - "text"`, by which a registry speaks to people: once for each text, and never acted upon.
void TellWarnings(const RemoteRepository& repository, const http::Response& response) {
  const Log& log = repository.parts().log();
  if (!log) return;
  for (const std::string_view value : response.FindAll("Warning")) {
    auto& told = repository.shared->told;
    if (!value.starts_with("299 ") || told.size() >= kMaxToldWarnings) continue;
    const std::string text =
        repository.host + " says: " + Printable(http::WithoutSecrets(value.substr(4), response.secrets), 500);
    if (told.insert(text).second) log(LogLevel::warning, text);
  }
}

// The registry may know of it though this request did not show it: the token server is often its own.
void AddSecrets(const std::optional<Credential>& credential, http::Response& response) {
  if (!credential.has_value() || response.secrets.empty()) return;
  for (const std::string* secret : {&credential->password, &credential->identity_token, &credential->registry_token}) {
    if (!secret->empty()) response.secrets.push_back(*secret);
  }
}

bool IsSameServer(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto one = http::Url::Parse(a), other = http::Url::Parse(b);
  return one.has_value() && other.has_value() && one->SameServer(*other);
}

}  // namespace

std::string NameOf(Asked asked, const RemoteRepository& repository, std::string_view reference) {
  std::string name = repository.name.Canonical();
  switch (asked) {
    case Asked::tag_list:
      return "tag list of " + name;
    case Asked::manifest:
      return "manifest " + std::string(reference) + " of " + name;
    case Asked::blob:
      return "config " + std::string(reference) + " of " + name;
  }
  return name;
}

http::Task<FetchResult<ApiResponse>> Ask(RemoteRepositoryPtr repository, ApiRequest request, std::stop_token stop) {
  const auto what = [&] {
    return NameOf(request.asked, *repository, request.target.substr(request.target.find('/') + 1));
  };
  Authorizer& authorizer = repository->parts().authorizer();
  const std::string origin = "https://" + repository->host;
  Result<Authorizer::Server> base = co_await authorizer.Base(origin, repository->lane, stop);
  if (!base.has_value()) co_return std::unexpected(Unanswered(request.asked, std::move(base.error()), what()));
  const bool is_whole = request.target.starts_with("https://") || request.target.starts_with("http://");
  std::string url;
  if (!is_whole) {
    url.reserve(base->origin.size() + repository->path.size() + request.target.size() + 5);
    url.append(base->origin).append("/v2/").append(repository->path).append(1, '/');
  }
  url += request.target;
  // Where the ping was redirected to another server, the credential stays with the one that it is for.
  const bool own = IsSameServer(is_whole ? url : base->origin, origin);
  http::Request http_request = ToHttp(*repository, request, url);
  const Access access = request.asked == Asked::tag_list ? Access::list_tags : Access::pull;
  http_request.public_only = !own && base->redirected_by_public;
  AuthContext context(repository->path, access, own ? repository->credential : std::nullopt);
  Result<http::Response> response = co_await authorizer.Fetch(std::move(http_request), context, stop);
  if (!response.has_value()) co_return std::unexpected(Unanswered(request.asked, std::move(response.error()), what()));
  AddSecrets(context.credential, *response);
  TellWarnings(*repository, *response);
  ApiResponse answer(std::move(*response), std::move(url));
  co_return answer;
}

}  // namespace larder
