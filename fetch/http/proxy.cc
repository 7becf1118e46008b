#include "http/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>

#include "http/address.h"
#include "http/ascii.h"

namespace larder::http {

namespace {

std::string FirstOf(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

std::string_view WithoutBrackets(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  return host;
}

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  int bits = 0;  // 32 or 128
};

std::optional<Address> ReadAddress(std::string_view text) {
  const std::string name(text);
  Address address;
  if (inet_pton(AF_INET, name.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
    return address;
  }
  if (inet_pton(AF_INET6, name.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
    return address;
  }
  return std::nullopt;
}

bool InBlock(std::string_view block, std::string_view host) {
  const std::size_t slash = block.find('/');
  const std::optional<Address> network = ReadAddress(block.substr(0, slash));
  const std::optional<Address> address = ReadAddress(host);
  if (!network.has_value() || !address.has_value() || network->bits != address->bits) return false;
  int bits = 0;
  const char* end = block.data() + block.size();
  const auto read = std::from_chars(block.data() + slash + 1, end, bits);
  if (read.ec != std::errc() || read.ptr != end || bits < 0 || bits > address->bits) return false;
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    const int ignored = bits >= 8 ? 0 : 8 - bits;
    if ((network->bytes[i] ^ address->bytes[i]) >> ignored != 0) return false;
  }
  return true;
}

bool Covers(std::string_view entry, const Url& url) {
  if (entry == "*") return true;
  const std::string_view host = WithoutBrackets(url.host);
  if (entry.find('/') != std::string_view::npos) return InBlock(entry, host);
  // A port: after the only colon, or after a bracket.
  const std::size_t colon = entry.rfind(':');
  if (colon != std::string_view::npos && (entry.find(':') == colon || entry[colon - 1] == ']')) {
    if (entry.substr(colon + 1) != std::to_string(url.port)) return false;
    entry = entry.substr(0, colon);
  }
  entry = WithoutBrackets(entry);
  while (entry.starts_with('*')) entry.remove_prefix(1);  // "*.example.com", as some write it
  while (entry.starts_with('.')) entry.remove_prefix(1);
  while (entry.ends_with('.')) entry.remove_suffix(1);
  if (entry.empty() || entry.size() > host.size()) return false;
  if (!SameIgnoringCase(entry, host.substr(host.size() - entry.size()))) return false;
  return entry.size() == host.size() || host[host.size() - entry.size() - 1] == '.';
}

}  // namespace

ProxyEnvironment ProxyEnvironment::Read() {
  ProxyEnvironment environment;
  environment.http = FirstOf({"http_proxy", "all_proxy", "ALL_PROXY"});
  environment.https = FirstOf({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  environment.no_proxy = FirstOf({"no_proxy", "NO_PROXY"});
  return environment;
}

bool InNoProxy(std::string_view list, const Url& url) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", \t"), list.size());
    const std::string_view entry = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!entry.empty() && Covers(entry, url)) return true;
  }
  return false;
}

std::string ProxyFor(const Url& url, std::string_view option, const ProxyEnvironment& environment) {
  if (option == "none") return "";
  if (!option.empty()) return std::string(option);
  if (url.host == "localhost" || IsLoopbackAddress(std::string(WithoutBrackets(url.host)))) return "";
  const std::string& proxy = url.scheme == "http" ? environment.http : environment.https;
  if (proxy.empty() || InNoProxy(environment.no_proxy, url)) return "";
  return proxy;
}

}  // namespace larder::http
