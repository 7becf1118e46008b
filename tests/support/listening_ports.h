// Which TCP ports a process listens on, as the kernel tells.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace larder::testing {

// In increasing order; empty where there are none, or no such process.
std::vector<std::uint16_t> ListeningPorts(pid_t pid);

}  // namespace larder::testing
