#include "support/listening_ports.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <system_error>

namespace larder::testing {
namespace {

namespace fs = std::filesystem;

// The inodes of its sockets: descriptors are links to "socket:[12345]".
std::set<std::string> SocketInodes(const fs::path& process) {
  constexpr std::string_view kPrefix = "socket:[";
  std::set<std::string> inodes;
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(it->path(), gone).string();
    if (target.starts_with(kPrefix)) inodes.insert(target.substr(kPrefix.size(), target.size() - kPrefix.size() - 1));
  }
  return inodes;
}

}  // namespace

std::vector<std::uint16_t> ListeningPorts(pid_t pid) {
  constexpr std::string_view kListen = "0A";
  const fs::path process = fs::path("/proc") / std::to_string(pid);
  const std::set<std::string> inodes = SocketInodes(process);
  std::vector<std::uint16_t> ports;
  for (const char* table : {"net/tcp", "net/tcp6"}) {
    std::ifstream file(process / table);
    std::string line;
    std::getline(file, line);  // titles
    while (std::getline(file, line)) {
      std::istringstream fields(line);
      std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
      fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
      if (state != kListen || !inodes.contains(inode)) continue;
      const std::string hex = local.substr(local.rfind(':') + 1);
      ports.push_back(static_cast<std::uint16_t>(std::stoul(hex, nullptr, 16)));
    }
  }
  std::ranges::sort(ports);
  return ports;
}

}  // namespace larder::testing
