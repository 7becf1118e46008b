// The descriptors of libcurl's connections, watched by the loop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/loop.h"

namespace larder::http {

// Opens and closes curl's sockets, and tells when one is ready. A connection outlives the transfer that opened it, so
// its socket belongs here and not to a transfer. One thread; destroyed after curl has closed all.
class Sockets {
 public:
  // `readable` and `writable`: what `fd` is ready for. May destroy this object.
  using OnReady = std::function<void(int fd, bool readable, bool writable)>;
  Sockets(Loop& loop, OnReady on_ready);
  ~Sockets();

  // A non-blocking, close-on-exec socket, or -1. `way`: the host, or the proxy, that it leads to.
  int Open(int family, int type, int protocol, std::string way) noexcept;
  void Close(int fd) noexcept;
  // From now on, until said otherwise. Descriptors that were not opened here (curl's own pipes) are only borrowed.
  void Watch(int fd, bool read, bool write) noexcept;

  // The open socket that is bound to this local port, or -1.
  int FindByLocalPort(int port) const;
  // Ends the connection for both sides, and leaves it to curl to notice and to close.
  void ShutDown(int fd) const;
  // So for all of this way that no transfer uses, and on which nothing came for so long.
  void ShutDownIdle(std::string_view way, std::chrono::milliseconds silent) const;
  std::size_t open() const;

 private:
  struct Socket;
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace larder::http
