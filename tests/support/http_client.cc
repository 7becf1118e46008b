#include "support/http_client.h"

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>

namespace larder::testing {
namespace {

constexpr long kTimeoutMilliseconds = 30'000;

// Header lists of libcurl.
class HeaderList {
 public:
  explicit HeaderList(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) list_ = curl_slist_append(list_, line.c_str());
    list_ = curl_slist_append(list_, "Expect:");
  }
  ~HeaderList() { curl_slist_free_all(list_); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* response) noexcept {
  static_cast<HttpResponse*>(response)->body.append(data, size * count);
  return size * count;
}

std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* response) noexcept {
  std::string_view line(data, size * count);
  auto& headers = static_cast<HttpResponse*>(response)->headers;
  if (line.starts_with("HTTP/")) headers.clear();
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
    headers.emplace_back(line.substr(0, colon), value);
  }
  return size * count;
}

}  // namespace

std::optional<std::string> HttpResponse::Find(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && ::strncasecmp(key.data(), name.data(), name.size()) == 0) return value;
  }
  return std::nullopt;
}

struct HttpClient::Handle {
  CURL* easy = curl_easy_init();
  ~Handle() { curl_easy_cleanup(easy); }
};

HttpClient::HttpClient() : handle_(std::make_unique<Handle>()) {}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::Send(const HttpRequest& request) {
  CURL* easy = handle_->easy;
  HttpResponse response;
  const HeaderList headers(request.headers);
  char message[CURL_ERROR_SIZE] = "";
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, message);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, kTimeoutMilliseconds);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &response);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &response);
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT" || request.method == "POST" || request.method == "PATCH") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method == "HEAD" ? nullptr : request.method.c_str());
  if (!request.user_password.empty()) curl_easy_setopt(easy, CURLOPT_USERPWD, request.user_password.c_str());
  if (!request.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, request.ca_file.c_str());
  if (!request.client_cert_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, request.client_cert_file.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, request.client_key_file.c_str());
  }

  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) {
    const std::string why = *message != '\0' ? message : curl_easy_strerror(code);
    return Fail(Errc::unavailable, request.method + " " + request.url + ": " + why);
  }
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

Result<HttpResponse> Send(const HttpRequest& request) { return HttpClient().Send(request); }

Result<HttpResponse> HttpGet(std::string url, std::vector<std::string> headers) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = std::move(headers);
  return Send(request);
}

}  // namespace larder::testing
