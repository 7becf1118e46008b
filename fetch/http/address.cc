#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace larder::http {

namespace {

struct Block4 {
  std::uint32_t network;
  int bits;
};

// IANA's IPv4 special-purpose registry (RFC 6890 and later), what is not globally reachable, and multicast upwards.
constexpr std::array<Block4, 13> kNotPublic4 = {{
    {0x00000000, 8},   // 0.0.0.0/8, this network
    {0x0a000000, 8},   // 10.0.0.0/8, private
    {0x64400000, 10},  // 100.64.0.0/10, shared (carriers, clouds)
    {0x7f000000, 8},   // 127.0.0.0/8, loopback
    {0xa9fe0000, 16},  // 169.254.0.0/16, link-local
    {0xac100000, 12},  // 172.16.0.0/12, private
    {0xc0000000, 24},  // 192.0.0.0/24, protocol assignments
    {0xc0000200, 24},  // 192.0.2.0/24, documentation
    {0xc0a80000, 16},  // 192.168.0.0/16, private
    {0xc6120000, 15},  // 198.18.0.0/15, benchmarks
    {0xc6336400, 24},  // 198.51.100.0/24, documentation
    {0xcb007100, 24},  // 203.0.113.0/24, documentation
    {0xe0000000, 3},   // 224.0.0.0/3, multicast, reserved, broadcast
}};

bool IsPublic4(std::uint32_t address) {
  return std::ranges::none_of(
      kNotPublic4, [&](const Block4& block) { return ((address ^ block.network) >> (32 - block.bits)) == 0; });
}

using Bytes6 = std::array<std::uint8_t, 16>;

std::uint32_t Embedded4(const Bytes6& bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
         std::uint32_t{bytes[at + 3]};
}

bool StartsWith(const Bytes6& bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool IsPublic6(const Bytes6& bytes) {
  if (StartsWith(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return IsPublic4(Embedded4(bytes, 12));
  if (StartsWith(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return IsPublic4(Embedded4(bytes, 12));
  if (StartsWith(bytes, {0x20, 0x02})) return IsPublic4(Embedded4(bytes, 2));
  if (StartsWith(bytes, {0x20, 0x01, 0x0d, 0xb8})) return false;  // documentation
  if (StartsWith(bytes, {0x20, 0x01, 0x00, 0x00})) return false;  // Teredo: tunnels to wherever it says
  return (bytes[0] & 0xe0) == 0x20;  // 2000::/3 is all that is assigned; ::1, fc00::/7, fe80::/10, ff00::/8 are outside
}

}  // namespace

bool IsPublicAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    return IsPublic4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    Bytes6 bytes;
    std::memcpy(bytes.data(), v6.sin6_addr.s6_addr, bytes.size());
    return IsPublic6(bytes);
  }
  return false;
}

bool IsPublicAddress(const std::string& text) {
  in_addr v4;
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return IsPublic4(ntohl(v4.s_addr));
  Bytes6 bytes;
  return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 && IsPublic6(bytes);
}

bool IsLoopbackAddress(const std::string& text) {
  in_addr v4;
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6) != 0;
}

}  // namespace larder::http
