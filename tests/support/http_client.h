// A blocking HTTP client for tests (the library's own is what is under test).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "larder/error.h"

namespace larder::testing {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::string body;                  // sent where the method is PUT, POST or PATCH
  std::string user_password;         // "user:password" for Basic authentication, where not empty
  std::string ca_file;               // PEM; who signed the server's certificate
  std::string client_cert_file, client_key_file;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // in order, names as sent
  std::string body;
  // The value of the first header of that name, whatever its case.
  std::optional<std::string> Find(std::string_view name) const;
};

// Keeps its connection between requests; follows no redirects. One thread at a time.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  // unavailable where no whole answer came; any status is an answer.
  Result<HttpResponse> Send(const HttpRequest& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

// One request on a connection of its own.
Result<HttpResponse> Send(const HttpRequest& request);
Result<HttpResponse> HttpGet(std::string url, std::vector<std::string> headers = {});

}  // namespace larder::testing
