#include "support/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace larder::testing {
namespace {

std::unexpected<Error> Failed(const std::string& what) {
  return Fail(Errc::unavailable, what + ": " + std::strerror(errno));
}

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Result<Socket> Connect(int family, const sockaddr* address, socklen_t length, const std::string& name) {
  Socket socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid() || ::connect(socket.fd(), address, length) != 0) return Failed("connect to " + name);
  return socket;
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Socket> BindLoopback(Transport transport, std::uint16_t port) {
  const int type = transport == Transport::tcp ? SOCK_STREAM : SOCK_DGRAM;
  Socket socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return Failed("socket");
  if (transport == Transport::tcp && port != 0) {
    const int on = 1;  // a port that a test just closed lingers in TIME_WAIT
    ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  const sockaddr_in address = Loopback(port);
  if (::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Failed("bind to 127.0.0.1:" + std::to_string(port));
  }
  return socket;
}

std::uint16_t LocalPort(const Socket& socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

Result<Socket> ConnectLoopback(std::uint16_t port) {
  const sockaddr_in address = Loopback(port);
  return Connect(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address,
                 "127.0.0.1:" + std::to_string(port));
}

Result<Socket> ConnectUnix(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) return Fail(Errc::invalid_argument, "too long for a socket: " + text);
  std::memcpy(address.sun_path, text.data(), text.size());
  return Connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, text);
}

bool SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace larder::testing
