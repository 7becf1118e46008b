#include "http/tcp_bytes.h"

// The kernel's header and the C library's (which asio includes) exclude each other; only this one has the counter.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

namespace larder::http {

std::uint64_t BytesReceived(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (fd < 0 || ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  constexpr std::size_t kNeeded = offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received;
  return size < kNeeded ? 0 : info.tcpi_bytes_received;
}

}  // namespace larder::http
