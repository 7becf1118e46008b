#include "support/registry_push.h"

#include "support/http_client.h"
#include "support/registry_content.h"

namespace larder::testing {
namespace {

Result<HttpResponse> SendExpecting(int status, const HttpRequest& request) {
  auto response = Send(request);
  if (!response || response->status == status) return response;
  const bool refused = response->status == 401 || response->status == 403;
  return Fail(
      refused ? Errc::permission_denied : Errc::unavailable,
      request.method + " " + request.url + " answered " + std::to_string(response->status) + ": " + response->body);
}

HttpRequest RequestTo(const PushTarget& target, std::string method, const std::string& path) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = target.url + "/v2/" + target.repository + path;
  request.user_password = target.user_password;
  return request;
}

}  // namespace

Result<std::string> PushBlob(const PushTarget& target, std::string_view bytes) {
  std::string digest = Sha256Digest(bytes);
  LARDER_ASSIGN_OR_RETURN(const HttpResponse begun, SendExpecting(202, RequestTo(target, "POST", "/blobs/uploads/")));
  HttpRequest upload = RequestTo(target, "PUT", "");
  upload.url = begun.Find("Location").value_or("");
  upload.url += (upload.url.find('?') == std::string::npos ? "?digest=" : "&digest=") + digest;
  upload.headers = {"Content-Type: application/octet-stream"};
  upload.body = bytes;
  LARDER_RETURN_IF_ERROR(SendExpecting(201, upload));
  return digest;
}

Result<std::string> PushManifest(const PushTarget& target, std::string_view reference, std::string_view media_type,
                                 std::string_view bytes) {
  HttpRequest request = RequestTo(target, "PUT", "/manifests/" + std::string(reference));
  request.headers = {"Content-Type: " + std::string(media_type)};
  request.body = bytes;
  LARDER_RETURN_IF_ERROR(SendExpecting(201, request));
  return Sha256Digest(bytes);
}

Result<void> DeleteManifest(const PushTarget& target, std::string_view digest) {
  LARDER_RETURN_IF_ERROR(SendExpecting(202, RequestTo(target, "DELETE", "/manifests/" + std::string(digest))));
  return {};
}

}  // namespace larder::testing
