// A non-blocking stream socket: for what libmemcached cannot do (probes, enumeration).
#pragma once

#include <utility>

#include "address.h"
#include "larder/error.h"

namespace larder::memcached {

class Socket {
 public:
  Socket() = default;
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  // Begins to connect; when it can be written to, ConnectError says how that went. REQUIRES: a literal endpoint.
  static Result<Socket> StartConnecting(const Endpoint& endpoint);

  int fd() const { return fd_; }
  // 0, or an errno.
  int ConnectError() const;

 private:
  explicit Socket(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace larder::memcached
