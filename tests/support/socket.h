// Owned sockets on loopback: what the servers for tests are made of.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

#include "larder/error.h"

namespace larder::testing {

// Owns a descriptor; -1 is none.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket();

  int fd() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

enum class Transport : std::uint8_t { tcp, udp };

// A socket bound to 127.0.0.1:`port` (0: the kernel chooses). TCP sockets do not listen yet.
Result<Socket> BindLoopback(Transport transport, std::uint16_t port);
// The port that a bound socket has.
std::uint16_t LocalPort(const Socket& socket);

// Connected to 127.0.0.1:`port` by TCP, or to a unix socket. unavailable where nothing accepts.
Result<Socket> ConnectLoopback(std::uint16_t port);
Result<Socket> ConnectUnix(const std::filesystem::path& path);

// All of it; false where the other side has gone.
bool SendAll(int fd, std::string_view bytes);

}  // namespace larder::testing
