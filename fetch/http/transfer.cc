#include "http/transfer.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "http/address.h"
#include "http/ascii.h"
#include "http/tcp_bytes.h"

namespace larder::http {

namespace {
constexpr std::size_t kUsualHeaders = 16;  // registries behind a CDN send as many
}  // namespace

std::string_view MethodName(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
  }
  return "GET";
}

bool IsRedirect(const Response& response) {
  constexpr std::array<int, 5> kStatuses = {301, 302, 303, 307, 308};
  return std::ranges::find(kStatuses, response.status) != kStatuses.end() && response.Find("location").has_value();
}

Transfer::Transfer(Hop hop, Sockets& sockets, EasyHandles& handles)
    : hop_(std::move(hop)), sockets_(sockets), handles_(handles), easy_(handles.Take()) {
  if (easy_ == nullptr) {
    ready_ = Fail(Errc::unavailable, What() + ": libcurl has no memory for a transfer");
    return;
  }
  response_.url = hop_.url->ToString();
  SetRequest();
  SetHeaders();
  SetConnection();
  SetTls();
  SetCallbacks();
}

Transfer::~Transfer() {
  if (answered_) handles_.Give(std::move(easy_));
}

template <class T>
void Transfer::Set(CURLoption option, T value) {
  if (!ready_.has_value()) return;
  const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
  if (code == CURLE_OK) return;
  ready_ = Fail(Errc::invalid_argument, What() + ": libcurl refuses a setting: " + curl_easy_strerror(code));
}

void Transfer::SetRequest() {
  const Request& request = *hop_.request;
  Set(CURLOPT_URL, response_.url.c_str());
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);  // the session's: each hop has its own slot, gate and headers
  Set(CURLOPT_USERAGENT, hop_.user_agent.c_str());
  if (request.method == Method::head) Set(CURLOPT_NOBODY, 1L);
  if (request.method == Method::post || request.method == Method::put) {
    Set(CURLOPT_POST, 1L);
    Set(CURLOPT_POSTFIELDS, request.body.data());
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  if (request.method == Method::put) Set(CURLOPT_CUSTOMREQUEST, "PUT");
  if (request.aws.has_value()) {
    Set(CURLOPT_AWS_SIGV4, ("aws:amz:" + request.aws->region + ":" + request.aws->service).c_str());
    Set(CURLOPT_USERNAME, request.aws->access_key.c_str());
    Set(CURLOPT_PASSWORD, request.aws->secret_key.c_str());
  }
}

void Transfer::SetHeaders() {
  for (const Header& header : hop_.request->headers) {
    // "Name;" is curl's way to send one without a value.
    const std::string line = header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
    if (line.find_first_of("\r\n") != std::string::npos) {
      ready_ = Fail(Errc::invalid_argument, What() + ": a line break in header \"" +
                                                header.name.substr(0, header.name.find_first_of("\r\n")) + "\"");
      return;
    }
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) continue;
    (void)headers_.release();
    headers_.reset(longer);
  }
  if (headers_ != nullptr) Set(CURLOPT_HTTPHEADER, headers_.get());
}

void Transfer::SetConnection() {
  const bool tls = hop_.url->scheme == "https";
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_QUICK_EXIT, 1L);  // else a stalled resolver blocks the loop for seconds when its transfer is ended
  // One look-up and one connection to a cold host, not one a request: the others wait whether it will be HTTP/2.
  Set(CURLOPT_PIPEWAIT, 1L);
  // Without TLS there is no HTTP/2 to wait for.
  Set(CURLOPT_HTTP_VERSION, tls && hop_.http2 ? long{CURL_HTTP_VERSION_2TLS} : long{CURL_HTTP_VERSION_1_1});
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(hop_.request->connect_timeout.count()));
  Set(CURLOPT_TCP_KEEPALIVE, 1L);
  Set(CURLOPT_PROXY, hop_.proxy.c_str());  // "": none, and the environment is not asked
  Set(CURLOPT_NOPROXY, "");
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!hop_.host->connect_to.empty()) {
    connect_to_.reset(curl_slist_append(nullptr, ("::" + hop_.host->connect_to).c_str()));
    Set(CURLOPT_CONNECT_TO, connect_to_.get());
  }
}

void Transfer::SetTls() {
  // A used handle would resume sessions of files that were replaced since.
  Set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  if (hop_.url->scheme != "https") return;
  const HostOptions& host = *hop_.host;
  if (host.insecure) {
    Set(CURLOPT_SSL_VERIFYPEER, 0L);
    Set(CURLOPT_SSL_VERIFYHOST, 0L);
    // Nobody asks the system's authorities, which take longer to read than a hundred answers.
    Set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!host.ca_file.empty()) {
    Set(CURLOPT_CAINFO, host.ca_file.c_str());
    Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!host.client_cert_file.empty()) Set(CURLOPT_SSLCERT, host.client_cert_file.c_str());
  if (!host.client_key_file.empty()) Set(CURLOPT_SSLKEY, host.client_key_file.c_str());
}

void Transfer::SetCallbacks() {
  Set(CURLOPT_ERRORBUFFER, detail_.data());
  Set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  Set(CURLOPT_HEADERDATA, this);
  Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  Set(CURLOPT_WRITEDATA, this);
  Set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::OnOpen);
  Set(CURLOPT_OPENSOCKETDATA, this);
  Set(CURLOPT_CLOSESOCKETFUNCTION, &Transfer::OnClose);
  Set(CURLOPT_CLOSESOCKETDATA, &sockets_);  // kept by the connection, which outlives this transfer
  Set(CURLOPT_PREREQFUNCTION, &Transfer::OnConnected);
  Set(CURLOPT_PREREQDATA, this);
}

std::size_t Transfer::OnHeader(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  return static_cast<Transfer*>(self)->TakeHeaderLine({data, size * count}) ? size * count : 0;
}

bool Transfer::TakeHeaderLine(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    too_large_ = "headers of more than " + std::to_string(kMaxHeaderBytes) + " bytes";
    return false;
  }
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // also after an interim answer (100)
    response_.headers.clear();
    response_.headers.reserve(kUsualHeaders);
    const std::string_view status = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
    response_.status = 0;
    std::from_chars(status.data(), status.data() + status.size(), response_.status);
    return true;
  }
  if (line.empty()) return true;
  if (IsBlank(line.front())) {  // a folded line
    if (!response_.headers.empty()) response_.headers.back().value.append(" ").append(Trim(line));
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  response_.headers.push_back({std::string(Trim(line.substr(0, colon))), std::string(Trim(line.substr(colon + 1)))});
  return true;
}

std::size_t Transfer::OnBody(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  return static_cast<Transfer*>(self)->TakeBody({data, size * count}) ? size * count : 0;
}

bool Transfer::TakeBody(std::string_view bytes) {
  const bool cut = response_.status >= 400 || (hop_.request->follow_redirects && IsRedirect(response_));
  const std::size_t limit = cut ? kMaxErrorBytes : hop_.request->max_body;
  const std::size_t room = limit - response_.body.size();
  if (bytes.size() <= room) {
    response_.body.append(bytes);
    return true;
  }
  if (cut) {
    response_.body.append(bytes.substr(0, room));
    response_.body_cut = true;
  } else {
    too_large_ = "a body of more than " + std::to_string(limit) + " bytes";
  }
  return false;
}

curl_socket_t Transfer::OnOpen(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.hop_.refuse_private && !IsPublicAddress(address->addr)) {
    transfer.refused_private_ = true;
    return CURL_SOCKET_BAD;
  }
  return transfer.sockets_.Open(address->family, address->socktype, address->protocol, transfer.Way());
}

int Transfer::OnClose(void* sockets, curl_socket_t fd) noexcept {
  static_cast<Sockets*>(sockets)->Close(fd);
  return 0;
}

// Also of a connection that is reused, which OnOpen did not see.
int Transfer::OnConnected(void* self, char* peer, char*, int, int local_port) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.local_port_ = local_port;
  transfer.received_before_ = BytesReceived(transfer.socket());
  const bool is_public = peer != nullptr && IsPublicAddress(std::string(peer));
  transfer.response_.public_peer = is_public && transfer.hop_.proxy.empty() && transfer.hop_.host->connect_to.empty();
  if (!transfer.hop_.refuse_private || is_public) return CURL_PREREQFUNC_OK;
  transfer.refused_private_ = true;
  return CURL_PREREQFUNC_ABORT;
}

std::string Transfer::What() const {
  return std::string(MethodName(hop_.request->method)) + " " + hop_.url->Redacted();
}

Error Transfer::TimedOut() const {
  return {Errc::unavailable, What() + ": no answer within " + std::to_string(hop_.request->timeout.count()) + " ms"};
}

bool Transfer::TlsDidNotStart(CURLcode code) const {
  if (hop_.url->scheme != "https") return false;
  // Nothing listens on 443: where no port was named, plain HTTP has another.
  if (code == CURLE_COULDNT_CONNECT) return hop_.url->port == 443;
  if (code == CURLE_SSL_CONNECT_ERROR) return true;
  // Connected, and then silent or gone.
  long connected_port = 0;
  curl_off_t secured = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_PORT, &connected_port);
  curl_easy_getinfo(easy_.get(), CURLINFO_APPCONNECT_TIME_T, &secured);
  const bool silent = code == CURLE_OPERATION_TIMEDOUT || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR;
  return silent && connected_port > 0 && secured == 0;
}

long Transfer::connections() const {
  long count = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &count);
  return count;
}

int Transfer::socket() const { return sockets_.FindByLocalPort(local_port_); }

void Transfer::GiveUp() {
  const int fd = socket();
  if (fd >= 0 && BytesReceived(fd) == received_before_) sockets_.ShutDown(fd);
  sockets_.ShutDownIdle(Way(), hop_.request->timeout);
}

Result<Response> Transfer::Take(CURLcode code) {
  answered_ = code == CURLE_OK;
  if (refused_private_) {
    return Fail(Errc::permission_denied, What() + ": it leads to a private or local address, which a public registry " +
                                             "may not name; if this is meant, name the host as insecure");
  }
  if (!too_large_.empty()) return Fail(Errc::too_large, What() + ": " + too_large_);
  if (code == CURLE_OK || response_.body_cut) return std::move(response_);

  // curl's own words may hold a proxy's password: of one with a name in it only the code is told.
  const bool has_words = detail_[0] != '\0' && hop_.proxy.find('@') == std::string::npos;
  const std::string detail = has_words ? std::string(detail_.data()) : curl_easy_strerror(code);
  switch (code) {
    case CURLE_URL_MALFORMAT:
      return Fail(Errc::invalid_argument, What() + ": " + detail);
    case CURLE_SSL_CERTPROBLEM:
      return Fail(Errc::invalid_argument, What() + ": the client certificate or its key cannot be used: " + detail);
    case CURLE_SSL_CACERT_BADFILE:
      return Fail(Errc::invalid_argument, What() + ": CA file " + hop_.host->ca_file + " cannot be used: " + detail);
    case CURLE_PEER_FAILED_VERIFICATION:
      return Fail(Errc::unavailable, What() + ": its certificate is not trusted (" + detail +
                                         "); give its CA as ca_file, or name the host as insecure");
    case CURLE_PARTIAL_FILE:
      return Fail(Errc::unavailable, What() + ": the answer ended early: " + detail);
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Fail(Errc::unavailable, What() + ": the answer is not HTTP: " + detail);
    default:
      return Fail(Errc::unavailable, What() + ": " + detail);
  }
}

}  // namespace larder::http
