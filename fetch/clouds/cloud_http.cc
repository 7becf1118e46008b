#include "clouds/cloud_http.h"

#include <utility>

#include "clouds/aws_answers.h"
#include "http/secrets.h"
#include "json/json.h"
#include "larder/cloud_credentials.h"
#include "registry/network_parts.h"
#include "registry/printable.h"

namespace larder {
namespace {

constexpr std::size_t kMaxToldCode = 100;

std::string CodeIn(const http::Response& response) {
  const std::string& body = response.body;
  if (const auto document = json::Parse(body)) {
    for (const char* name : {"__type", "code", "Code", "error"}) {
      const std::string_view text = (*document)[name].text();
      // "com.amazon.coral.service#ExpiredTokenException"
      if (text.empty()) continue;
      return Printable(http::WithoutSecrets(text.substr(text.rfind('#') + 1), response.secrets), kMaxToldCode);
    }
    return {};
  }
  return Printable(http::WithoutSecrets(XmlText(body, "Code").value_or(""), response.secrets), kMaxToldCode);
}

}  // namespace

CloudHttp::CloudHttp(Network& network)
    : CloudHttp(network.parts().session(), network.parts().loop(),
                [&parts = network.parts()] { return parts.closed(); }) {}

CloudHttp::CloudHttp(http::Session& session, http::Timers& timers, std::function<bool()> closed)
    : session_(&session), timers_(&timers), closed_(std::move(closed)) {}

http::Task<Result<http::Response>> CloudHttp::Send(http::Request request, std::stop_token stop) const {
  if (stop.stop_requested() || (closed_ && closed_())) co_return Fail(Errc::cancelled, "the network is closed");
  Result<http::Response> response = co_await session_->Fetch(std::move(request), std::move(stop));
  co_return response;
}

http::Request ServiceRequest(http::Method method, std::string url) {
  http::Request request(method, std::move(url));
  request.max_body = http::kMaxTokenBytes;
  request.timeout = kCloudTimeout;
  request.follow_redirects = false;
  request.trusted_endpoint = true;
  return request;
}

http::Request MetadataRequest(http::Method method, std::string url) {
  http::Request request = ServiceRequest(method, std::move(url));
  request.timeout = kMetadataTimeout;
  request.connect_timeout = kMetadataTimeout;
  request.direct = true;
  return request;
}

http::Request FormPost(std::string url, std::string form) {
  http::Request request = ServiceRequest(http::Method::post, std::move(url));
  request.headers.push_back(http::Header{"Content-Type", "application/x-www-form-urlencoded"});
  request.body = std::move(form);
  return request;
}

Error Refused(std::string_view what, const http::Response& response) {
  const bool denied = response.status >= 400 && response.status <= 404;
  Error error{denied ? Errc::permission_denied : Errc::unavailable,
              std::string(what) + ": status " + std::to_string(response.status)};
  if (const std::string code = CodeIn(response); !code.empty()) error.message += " (" + code + ")";
  return error;
}

}  // namespace larder
