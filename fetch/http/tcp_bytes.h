// What the kernel knows of a connection.
#pragma once

#include <chrono>
#include <cstdint>

namespace larder::http {

// Bytes that came over this TCP socket, read or not; 0 where the kernel does not say (before Linux 4.1), or for fd < 0.
std::uint64_t BytesReceived(int fd);
// Since bytes came over this TCP socket last, or since it was connected; 0 where the kernel does not say.
std::chrono::milliseconds SilentFor(int fd);

}  // namespace larder::http
