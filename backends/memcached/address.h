// Names of servers, as configured or from DNS. The name decides where keys live (Ring); where to connect is an
// Endpoint.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/error.h"

namespace larder::memcached {

inline constexpr std::uint16_t kDefaultPort = 11211;

struct Address {
  std::string host;  // a name in lower case, an IP address without brackets, or the path of a unix socket
  std::uint16_t port = kDefaultPort;  // 0 of a unix socket

  bool is_unix() const { return host.starts_with('/'); }
  // True where there is nothing to look up: an IP address or a unix socket.
  bool is_literal() const;
  // As ParseAddress reads it; without the port of a unix socket.
  std::string ToString() const;

  friend auto operator<=>(const Address&, const Address&) = default;
};

// An IP address and port, or the path of a unix socket and 0.
using Endpoint = Address;

Result<Address> ParseAddress(std::string_view text);

// Sorted and without repetition, so that every host makes the same ring of the same list. invalid_argument where it is
// empty or longer than kMaxMemcachedServers.
Result<std::vector<Address>> NormalizeAddresses(std::vector<Address> addresses);
Result<std::vector<Address>> ParseAddresses(std::span<const std::string> texts);

}  // namespace larder::memcached
