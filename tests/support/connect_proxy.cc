#include "support/connect_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace larder::testing {
namespace {

// A request's head; "" where the connection ends before.
std::string ReadHead(int fd) {
  std::string head;
  std::array<char, 1024> bytes{};
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (count <= 0) return {};
    head.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return head;
}

// Both ways, until one side ends.
void Pass(int one, int other) {
  std::array<char, 16'384> bytes{};
  for (;;) {
    std::array<pollfd, 2> ready = {pollfd{one, POLLIN, 0}, pollfd{other, POLLIN, 0}};
    if (::poll(ready.data(), ready.size(), -1) < 0) return;
    for (const auto& [from, to] : {std::pair(0, 1), std::pair(1, 0)}) {
      const auto& source = ready[static_cast<std::size_t>(from)];
      if (source.revents == 0) continue;
      const ssize_t count = ::recv(source.fd, bytes.data(), bytes.size(), 0);
      if (count <= 0) return;
      const std::string_view got(bytes.data(), static_cast<std::size_t>(count));
      if (!SendAll(ready[static_cast<std::size_t>(to)].fd, got)) return;
    }
  }
}

}  // namespace

ConnectProxy::ConnectProxy(std::uint16_t target, std::string authorization)
    : target_(target), authorization_(std::move(authorization)) {
  auto bound = BindLoopback(Transport::tcp, 0);
  if (!bound.has_value() || ::listen(bound->fd(), 64) != 0) std::abort();
  listener_ = std::move(*bound);
  accepting_ = std::thread([this] { Accept(); });
}

ConnectProxy::~ConnectProxy() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  ::shutdown(listener_.fd(), SHUT_RDWR);
  accepting_.join();
}

void ConnectProxy::Accept() {
  for (;;) {
    Socket client(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client.valid()) break;
    threads_.emplace_back([this, socket = std::move(client)] { Serve(socket); });
  }
  for (auto& thread : threads_) thread.join();
}

bool ConnectProxy::Keep(int fd) {
  const std::lock_guard lock(mutex_);
  if (ending_) return false;
  open_.push_back(fd);
  return true;
}

void ConnectProxy::Serve(const Socket& client) {
  Socket server;
  if (Keep(client.fd())) {
    const std::string head = ReadHead(client.fd());
    const bool is_connect = head.starts_with("CONNECT ");
    const bool allowed =
        authorization_.empty() || head.find("\r\nProxy-Authorization: " + authorization_ + "\r\n") != std::string::npos;
    if (is_connect && !allowed) {
      SendAll(client.fd(),
              "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\n"
              "Content-Length: 0\r\n\r\n");
    } else if (auto connected = ConnectLoopback(target_); is_connect && connected.has_value()) {
      server = std::move(*connected);
      const std::string name = head.substr(8, head.find(' ', 8) - 8);
      {
        const std::lock_guard lock(mutex_);
        tunnels_.push_back(name);
      }
      if (Keep(server.fd()) && SendAll(client.fd(), "HTTP/1.1 200 Connection established\r\n\r\n")) {
        Pass(client.fd(), server.fd());
      }
    }
    ::shutdown(client.fd(), SHUT_RDWR);
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [&](int fd) { return fd == client.fd() || fd == server.fd(); });
}

std::vector<std::string> ConnectProxy::tunnels() const {
  const std::lock_guard lock(mutex_);
  return tunnels_;
}

}  // namespace larder::testing
