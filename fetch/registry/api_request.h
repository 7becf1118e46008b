// Requests of the distribution API to one repository.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>

#include "auth/authorizer.h"
#include "http/task.h"
#include "larder/client.h"
#include "larder/digest.h"
#include "registry/remote_repository.h"
#include "registry/response_error.h"

namespace larder {

struct ApiRequest {
  ApiRequest(http::Method with_method, Asked what, std::string url_or_path)
      : method(with_method), asked(what), target(std::move(url_or_path)) {}
  http::Method method;
  Asked asked;
  // Below the repository ("manifests/latest"), or a whole URL on its registry (the next page of a listing).
  std::string target;
  Digest known;  // of a GET of a manifest: 304 where it is still this one; empty: sent whole
};

struct ApiResponse {
  ApiResponse() = default;
  ApiResponse(http::Response with_response, std::string asked_url)
      : http(std::move(with_response)), url(std::move(asked_url)) {}
  http::Response http;
  std::string url;  // that was asked, before redirects
};

// Any status is an answer. The error is complete: blame and context.
http::Task<FetchResult<ApiResponse>> Ask(RemoteRepositoryPtr repository, ApiRequest request, std::stop_token stop);

// "manifest v1.2 of ghcr.io/a/b", for messages.
std::string NameOf(Asked asked, const RemoteRepository& repository, std::string_view reference);

}  // namespace larder
