#include "http/tcp_bytes.h"

// The kernel's header and the C library's (which asio includes) exclude each other; only this one has the counter.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace larder::http {

namespace {

// What the kernel does not know is 0.
tcp_info InfoOf(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (fd < 0 || ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return info;
}

}  // namespace

std::uint64_t BytesReceived(int fd) { return InfoOf(fd).tcpi_bytes_received; }

std::chrono::milliseconds SilentFor(int fd) { return std::chrono::milliseconds(InfoOf(fd).tcpi_last_data_recv); }

}  // namespace larder::http
