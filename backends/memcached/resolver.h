// Names through c-ares: bounded in time, on the calling thread, and without libc's resolver.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "address.h"
#include "larder/error.h"

namespace larder::memcached {

class Resolver {
 public:
  // `server` is "ip:port", or empty for those of /etc/resolv.conf. `bound` is for each call below.
  Resolver(std::string server, std::chrono::milliseconds bound) : server_(std::move(server)), bound_(bound) {}

  // The targets of the SRV records, normalized. unavailable where there is no answer or no record.
  Result<std::vector<Address>> Servers(const std::string& srv_name) const;

  // The IP addresses of each host, in the order of preference; all are asked at once. One result for each.
  std::vector<Result<std::vector<std::string>>> Hosts(std::span<const std::string> hosts) const;

 private:
  std::string server_;
  std::chrono::milliseconds bound_;
};

}  // namespace larder::memcached
