#include "http_responder.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <list>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "descriptor.h"

namespace larder::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kMaxConnections = 16;
constexpr std::size_t kMaxRequest = 8 << 10;

struct Address {
  std::string host = "127.0.0.1";
  std::string port;
};

Address SplitAddress(const std::string& text) {
  Address address;
  const auto colon = text.rfind(':');
  address.port = colon == std::string::npos ? text : text.substr(colon + 1);
  if (colon != std::string::npos && colon > 0) address.host = text.substr(0, colon);
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return address;
}

Result<Descriptor> Listen(const std::string& text, std::string& got) {
  const Address address = SplitAddress(text);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &list) != 0) {
    return Fail(Errc::invalid_argument, text + ": an address is HOST:PORT, the host a number such as 127.0.0.1");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  Descriptor socket(::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (socket) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!socket || ::bind(socket.get(), list->ai_addr, list->ai_addrlen) != 0 || ::listen(socket.get(), 16) != 0) {
    return Fail(Errc::unavailable, text + ": " + std::generic_category().message(errno));
  }
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  char port[NI_MAXSERV] = "";
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &length);
  ::getnameinfo(reinterpret_cast<sockaddr*>(&bound), length, nullptr, 0, port, sizeof port, NI_NUMERICSERV);
  got = (address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]") + ":" + port;
  return socket;
}

std::string_view ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Service Unavailable";
  }
}

}  // namespace

class HttpResponder::Server {
 public:
  Server(Descriptor listener, std::string address, Handler handler)
      : listener_(std::move(listener)),
        address_(std::move(address)),
        handler_(std::move(handler)),
        stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this] { Serve(); }) {}
  ~Server() {
    const std::uint64_t one = 1;
    while (::write(stop_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
  }
  const std::string& address() const { return address_; }

 private:
  struct Connection {
    Descriptor socket;
    std::string in, out;
    std::size_t sent = 0;
    Clock::time_point until;
  };

  void Serve() {
    for (;;) {
      std::vector<pollfd> watched;
      watched.push_back({stop_.get(), POLLIN, 0});
      watched.push_back({connections_.size() < kMaxConnections ? listener_.get() : -1, POLLIN, 0});
      for (const auto& connection : connections_) {
        const short wanted = connection.out.empty() ? POLLIN : POLLOUT;
        watched.push_back({connection.socket.get(), wanted, 0});
      }
      const int timeout = connections_.empty() ? -1 : 1000;
      if (::poll(watched.data(), watched.size(), timeout) < 0 && errno != EINTR) return;
      if (watched[0].revents != 0) return;
      std::size_t next = 2;
      for (auto connection = connections_.begin(); connection != connections_.end(); ++next) {
        const bool ready = watched[next].revents != 0;
        const bool goes_on = Clock::now() < connection->until && (!ready || Continue(*connection));
        connection = goes_on ? std::next(connection) : connections_.erase(connection);
      }
      if (watched[1].revents != 0) Accept();
    }
  }

  void Accept() {
    Connection connection;
    connection.socket = Descriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    connection.until = Clock::now() + kPatience;
    if (connection.socket) connections_.push_back(std::move(connection));
  }

  // False where it is at its end.
  bool Continue(Connection& connection) {
    if (connection.out.empty()) {
      char buffer[2048];
      const ssize_t got = ::recv(connection.socket.get(), buffer, sizeof buffer, 0);
      if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
      connection.in.append(buffer, static_cast<std::size_t>(got));
      if (connection.in.size() > kMaxRequest) return false;
      if (connection.in.find("\r\n\r\n") == std::string::npos) return true;
      connection.out = Answer(connection.in);
    }
    const std::string_view rest = std::string_view(connection.out).substr(connection.sent);
    const ssize_t sent = ::send(connection.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    connection.sent += static_cast<std::size_t>(sent);
    return connection.sent < connection.out.size();
  }

  std::string Answer(std::string_view request) const {
    const auto method_end = request.find(' ');
    const auto target_end = request.find_first_of(" \r", method_end + 1);
    const std::string_view method = request.substr(0, method_end);
    Page page;
    if (method_end == std::string_view::npos || target_end == std::string_view::npos) {
      page.status = 400;
      page.body = "bad request\n";
    } else if (method != "GET" && method != "HEAD") {
      page.status = 405;
      page.body = "GET and HEAD only\n";
    } else {
      const std::string_view target = request.substr(method_end + 1, target_end - method_end - 1);
      page = handler_(target.substr(0, target.find('?')));
    }
    std::string answer = "HTTP/1.1 " + std::to_string(page.status) + " " + std::string(ReasonOf(page.status)) +
                         "\r\nContent-Type: " + page.type + "\r\nContent-Length: " + std::to_string(page.body.size()) +
                         "\r\nConnection: close\r\n\r\n";
    if (method != "HEAD") answer += page.body;
    return answer;
  }

  Descriptor listener_;
  std::string address_;
  Handler handler_;
  Descriptor stop_;
  std::list<Connection> connections_;  // the thread's own
  std::thread thread_;                 // last: it uses all of the above
};

Result<std::unique_ptr<HttpResponder>> HttpResponder::Start(const std::string& address, Handler handler) {
  std::string got;
  LARDER_ASSIGN_OR_RETURN(auto listener, Listen(address, got));
  auto server = std::make_unique<Server>(std::move(listener), std::move(got), std::move(handler));
  return std::unique_ptr<HttpResponder>(new HttpResponder(std::move(server)));
}

HttpResponder::HttpResponder(std::unique_ptr<Server> server) : server_(std::move(server)) {}
HttpResponder::~HttpResponder() = default;
const std::string& HttpResponder::address() const { return server_->address(); }

}  // namespace larder::tool
