#include "clouds/ecr_token.h"

#include <utility>

namespace larder {
namespace {

// Only these headers: libcurl signs what it is given, and is wrong where a default one is removed or empty.
http::Request SignedRequest(const EcrEndpoint& endpoint, const AwsKeys& keys) {
  http::Request request = ServiceRequest(http::Method::post, endpoint.url);
  request.body = "{}";
  request.headers.push_back(http::Header{"Content-Type", "application/x-amz-json-1.1"});
  request.headers.push_back(http::Header{"X-Amz-Target", endpoint.target});
  if (!keys.session_token.empty()) {
    request.headers.push_back(http::Header{"X-Amz-Security-Token", keys.session_token});
  }
  request.aws = http::AwsSigning{endpoint.region, endpoint.service, keys.access_key, keys.secret_key};
  return request;
}

}  // namespace

http::Task<KeptCredential::Fetched> FetchEcrToken(CloudHttp http, std::shared_ptr<AwsKeyFinder> keys,
                                                  EcrEndpoint endpoint, std::stop_token stop) {
  Result<AwsKeys> found = co_await AwsKeyFinder::Find(keys, endpoint.region, stop);
  if (!found) co_return std::unexpected<Error>(std::move(found).error());
  http::Request request = SignedRequest(endpoint, *found);
  const Time asked = http.timers().Now();
  Result<http::Response> response = co_await http.Send(std::move(request), std::move(stop));
  if (!response) co_return std::unexpected<Error>(std::move(response).error());
  if (response->status / 100 != 2) {
    co_return std::unexpected<Error>(Refused("no token with the keys of " + found->from, *response));
  }
  Result<FetchedCredential> token = ReadEcrToken(response->body, asked);
  if (!token) co_return std::unexpected<Error>(std::move(token).error().WithContext(endpoint.url));
  token->credential.provenance = "ECR in " + endpoint.region + ", keys of " + found->from;
  co_return std::optional<FetchedCredential>(*std::move(token));
}

}  // namespace larder
