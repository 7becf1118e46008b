#include "socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace larder::memcached {
namespace {

// The length of the address in `to`; 0 where the endpoint is no literal.
socklen_t ToSockaddr(const Endpoint& endpoint, sockaddr_storage& to) {
  if (endpoint.is_unix()) {
    auto& un = reinterpret_cast<sockaddr_un&>(to);
    if (endpoint.host.size() >= sizeof un.sun_path) return 0;
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, endpoint.host.c_str(), endpoint.host.size() + 1);
    return sizeof un;
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(to);
  if (inet_pton(AF_INET, endpoint.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(to);
  v6 = {};
  if (inet_pton(AF_INET6, endpoint.host.c_str(), &v6.sin6_addr) != 1) return 0;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  return sizeof v6;
}

std::unexpected<Error> Failed(const Endpoint& endpoint, int error) {
  return Fail(Errc::unavailable,
              "memcached " + endpoint.ToString() + ": connect: " + std::generic_category().message(error));
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

Result<Socket> Socket::StartConnecting(const Endpoint& endpoint) {
  sockaddr_storage address{};
  const socklen_t length = ToSockaddr(endpoint, address);
  if (length == 0) return Failed(endpoint, EINVAL);
  Socket made(socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (made.fd() < 0) return Failed(endpoint, errno);
  if (connect(made.fd(), reinterpret_cast<const sockaddr*>(&address), length) != 0 && errno != EINPROGRESS) {
    return Failed(endpoint, errno);
  }
  return made;
}

int Socket::ConnectError() const {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

}  // namespace larder::memcached
