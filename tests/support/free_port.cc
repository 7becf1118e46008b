#include "support/free_port.h"

namespace larder::testing {

std::uint16_t FreePort() {
  auto socket = BindLoopback(Transport::tcp, 0);
  return socket ? LocalPort(*socket) : 0;
}

RefusingPort::RefusingPort() {
  // Bound but not listening: the kernel refuses who comes, and gives the port to nobody else.
  if (auto socket = BindLoopback(Transport::tcp, 0)) {
    socket_ = std::move(*socket);
    port_ = LocalPort(socket_);
  }
}

}  // namespace larder::testing
