// Loopback ports for tests.
#pragma once

#include <cstdint>

#include "support/socket.h"

namespace larder::testing {

// A port on 127.0.0.1 that nothing used a moment ago. Another process may take it first, so a server that can choose
// its own port (0) should.
std::uint16_t FreePort();

// A port on 127.0.0.1 where every connection is refused, for as long as this lives.
class RefusingPort {
 public:
  RefusingPort();
  std::uint16_t port() const { return port_; }

 private:
  Socket socket_;
  std::uint16_t port_ = 0;
};

}  // namespace larder::testing
