#include "support/http_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <charconv>
#include <optional>
#include <sstream>
#include <utility>

#include "support/field_name.h"

namespace larder::testing {
namespace {

int HexValue(char c) {
  int value = -1;
  std::from_chars(&c, &c + 1, value, 16);
  return value;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0) {
      decoded += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::multimap<std::string, std::string> Fields(std::string_view text) {
  std::multimap<std::string, std::string> fields;
  while (!text.empty()) {
    const std::string_view field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(field.size() + 1, text.size()));
    const std::size_t equals = std::min(field.find('='), field.size());
    fields.emplace(PercentDecoded(field.substr(0, equals)),
                   PercentDecoded(field.substr(std::min(equals + 1, field.size()))));
  }
  return fields;
}

// Reads requests from one connection.
class RequestReader {
 public:
  explicit RequestReader(int fd) : fd_(fd) {}

  // nullopt at the end of the connection, and for what is no HTTP/1.x.
  std::optional<ReceivedRequest> Next() {
    const std::optional<std::size_t> head_size = ReadUntilBlankLine();
    if (!head_size) return std::nullopt;
    std::istringstream head(buffer_.substr(0, *head_size));
    buffer_.erase(0, *head_size);
    ReceivedRequest request;
    std::string version;
    head >> request.method >> request.target >> version;
    if (!version.starts_with("HTTP/1.")) return std::nullopt;
    std::string line;
    std::getline(head, line);
    while (std::getline(head, line) && line != "\r") {
      const std::size_t colon = std::min(line.find(':'), line.size() - 1);
      const std::size_t start = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
      request.headers.emplace_back(line.substr(0, colon),
                                   line.substr(start, line.find_last_not_of(" \t\r") + 1 - start));
    }
    const std::size_t length = std::stoul("0" + request.Find("Content-Length").value_or(""));
    while (buffer_.size() < length) {
      if (!ReadMore()) return std::nullopt;
    }
    request.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return request;
  }

 private:
  std::optional<std::size_t> ReadUntilBlankLine() {
    constexpr std::string_view kBlankLine = "\r\n\r\n";
    std::size_t end = 0;
    while ((end = buffer_.find(kBlankLine)) == std::string::npos) {
      if (!ReadMore()) return std::nullopt;
      // A client that begins with TLS learns at once that there is none, as from any server.
      if (buffer_.front() < 'A' || buffer_.front() > 'Z') return std::nullopt;
    }
    return end + kBlankLine.size();
  }

  bool ReadMore() {
    char bytes[16 << 10];
    const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int fd_;
  std::string buffer_;
};

std::string Wire(const HttpResponse& response, bool to_head) {
  std::string wire = "HTTP/1.1 " + std::to_string(response.status) + " answer\r\n";
  bool has_length = false;
  for (const auto& [name, value] : response.headers) {
    if (SameFieldName(name, "Transfer-Encoding") || SameFieldName(name, "Connection")) continue;
    if (SameFieldName(name, "Content-Length")) {
      if (!to_head) continue;
      has_length = true;
    }
    wire += name + ": " + value + "\r\n";
  }
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!has_length && !bodiless) wire += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  wire += "\r\n";
  if (!to_head && !bodiless) wire += response.body;
  return wire;
}

}  // namespace

std::optional<std::string> ReceivedRequest::Find(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (SameFieldName(key, name)) return value;
  }
  return std::nullopt;
}

std::multimap<std::string, std::string> ReceivedRequest::Query() const {
  return Fields(std::string_view(target).substr(std::min(target.find('?'), target.size() - 1) + 1));
}

std::multimap<std::string, std::string> ReceivedRequest::Form() const { return Fields(body); }

HttpServer::HttpServer(Handler handler) : handler_(std::move(handler)) {
  auto listener = BindLoopback(Transport::tcp, 0);
  if (!listener || ::listen(listener->fd(), SOMAXCONN) != 0) return;
  listener_ = std::move(*listener);
  port_ = LocalPort(listener_);
  acceptor_ = std::thread([this] { Accept(); });
}

HttpServer::~HttpServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ::shutdown(listener_.fd(), SHUT_RDWR);
    for (const Connection& connection : connections_) ::shutdown(connection.socket.fd(), SHUT_RDWR);
  }
  stopping_changed_.notify_all();
  if (acceptor_.joinable()) acceptor_.join();
  for (Connection& connection : connections_) connection.thread.join();
}

int HttpServer::connections() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

void HttpServer::Accept() {
  while (true) {
    Socket socket(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    const std::lock_guard lock(mutex_);
    if (stopping_ || !socket.valid()) return;
    const int on = 1;
    ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++accepted_;
    std::erase_if(connections_, [](Connection& connection) {
      if (connection.ended) connection.thread.join();
      return connection.ended;
    });
    Connection& connection = connections_.emplace_back();
    connection.socket = std::move(socket);
    connection.thread = std::thread([this, &connection] { Serve(connection); });
  }
}

void HttpServer::Serve(Connection& connection) {
  RequestReader reader(connection.socket.fd());
  while (const std::optional<ReceivedRequest> request = reader.Next()) {
    if (!Answer(connection, *request)) break;
  }
  ::shutdown(connection.socket.fd(), SHUT_RDWR);
  const std::lock_guard lock(mutex_);
  connection.ended = true;
}

bool HttpServer::Answer(const Connection& connection, const ReceivedRequest& request) {
  const ServedResponse served = handler_(request);
  if (served.delay > std::chrono::milliseconds(0)) {
    std::unique_lock lock(mutex_);
    if (stopping_changed_.wait_for(lock, served.delay, [this] { return stopping_; })) return false;
  }
  return SendAll(connection.socket.fd(), Wire(served.response, request.method == "HEAD")) &&
         !SameFieldName(request.Find("Connection").value_or(""), "close");
}

}  // namespace larder::testing
