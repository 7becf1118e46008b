#include "address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>

#include "larder/memcached_store.h"

namespace larder::memcached {
namespace {

constexpr std::size_t kMaxHostName = 253;
constexpr std::size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

bool IsIp(const std::string& host) {
  in6_addr buffer{};
  return inet_pton(AF_INET, host.c_str(), &buffer) == 1 || inet_pton(AF_INET6, host.c_str(), &buffer) == 1;
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == ':';
}

std::unexpected<Error> Wrong(std::string_view text, std::string_view why) {
  return Fail(Errc::invalid_argument, "memcached server \"" + std::string(text) + "\": " + std::string(why));
}

Result<Address> ParseSocketPath(std::string_view text) {
  if (text.size() > kMaxSocketPath) {
    return Wrong(text, "the path of a unix socket is at most " + std::to_string(kMaxSocketPath) + " bytes");
  }
  if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x21 || c == 0x7F; })) {
    return Wrong(text, "a path without spaces and control characters is needed");
  }
  return Address{std::string(text), 0};
}

}  // namespace

bool Address::is_literal() const { return is_unix() || IsIp(host); }

std::string Address::ToString() const {
  if (is_unix()) return host;
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> ParseAddress(std::string_view text) {
  if (text.starts_with('/')) return ParseSocketPath(text);
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return Wrong(text, "']' is missing");
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  Address address;
  if (!port.empty()) {
    const char* end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data() + 1, end, address.port);
    if (port[0] != ':' || error != std::errc{} || stop != end || address.port == 0) {
      return Wrong(text, "after the host comes ':' and a port of 1 to 65535");
    }
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  for (const char c : host) address.host += (c >= 'A' && c <= 'Z') ? static_cast<char>(c + ('a' - 'A')) : c;
  if (address.host.empty() || address.host.size() > kMaxHostName) {
    return Wrong(text, "give host:port, host, or the path of a unix socket");
  }
  const bool v6 = address.host.find(':') != std::string::npos;
  if ((v6 && !IsIp(address.host)) || !std::ranges::all_of(address.host, IsHostCharacter)) {
    return Wrong(text, "neither the name of a host nor an IP address");
  }
  return address;
}

Result<std::vector<Address>> NormalizeAddresses(std::vector<Address> addresses) {
  std::ranges::sort(addresses);
  const auto repeated = std::ranges::unique(addresses);
  addresses.erase(repeated.begin(), repeated.end());
  if (addresses.empty()) return Fail(Errc::invalid_argument, "memcached: no server is given");
  if (addresses.size() > kMaxMemcachedServers) {
    return Fail(Errc::invalid_argument, "memcached: " + std::to_string(addresses.size()) + " servers; at most " +
                                            std::to_string(kMaxMemcachedServers));
  }
  return addresses;
}

Result<std::vector<Address>> ParseAddresses(std::span<const std::string> texts) {
  std::vector<Address> addresses;
  for (const std::string& text : texts) {
    LARDER_ASSIGN_OR_RETURN(Address address, ParseAddress(text));
    addresses.push_back(std::move(address));
  }
  return NormalizeAddresses(std::move(addresses));
}

}  // namespace larder::memcached
