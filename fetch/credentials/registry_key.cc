#include "credentials/registry_key.h"

#include <algorithm>

#include "http/ascii.h"
#include "larder/glob.h"
#include "larder/image_ref.h"

namespace larder {
namespace {

bool IsApiVersion(std::string_view path) {
  return path.size() >= 2 && path[0] == 'v' &&
         std::ranges::all_of(path.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view TrimKey(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view PathOf(std::string_view key) {
  const std::size_t slash = key.find('/');
  return slash == std::string_view::npos ? std::string_view() : key.substr(slash + 1);
}

// "host:443" -> {"host", "443"}; an IPv6 literal keeps its brackets.
std::pair<std::string_view, std::string_view> SplitPort(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos) return {host, {}};
  return {host.substr(0, colon), host.substr(colon + 1)};
}

bool LabelsMatch(std::string_view pattern, std::string_view host) {
  for (;;) {
    const std::size_t pattern_dot = pattern.find('.');
    const std::size_t host_dot = host.find('.');
    if (!GlobMatches(pattern.substr(0, pattern_dot), host.substr(0, host_dot))) return false;
    const bool pattern_ends = pattern_dot == std::string_view::npos;
    const bool host_ends = host_dot == std::string_view::npos;
    if (pattern_ends || host_ends) return pattern_ends && host_ends;
    pattern.remove_prefix(pattern_dot + 1);
    host.remove_prefix(host_dot + 1);
  }
}

}  // namespace

RegistryKey NormalizeRegistryKey(std::string_view text) {
  text = TrimKey(text);
  RegistryKey key;
  std::string_view rest = text;
  const std::string scheme = http::LowerCase(text.substr(0, std::min<std::size_t>(text.size(), 8)));
  if (scheme.starts_with("https://")) {
    rest.remove_prefix(8);
    key.rank = 4;
  } else if (scheme.starts_with("http://")) {
    rest.remove_prefix(7);
    key.rank = 6;
  }
  rest = rest.substr(0, rest.find_first_of("?#"));
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string host = http::LowerCase(rest.substr(0, slash));
  std::string_view path = rest.substr(slash);
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (IsApiVersion(path)) {
    path = {};
    ++key.rank;
  }
  if (host.empty()) return {};
  if (IsDockerHub(host)) {
    if (path.empty()) key.rank = text == "https://index.docker.io/v1/" ? 0 : host == "docker.io" ? 1 : key.rank + 2;
    host = kDockerHubHost;
  }
  key.text = std::move(host);
  if (!path.empty()) key.text.append("/").append(path);
  return key;
}

bool IsRegistryPattern(std::string_view key) {
  return key.substr(0, key.find('/')).find_first_of("*?") != std::string_view::npos;
}

bool RegistryPatternMatches(std::string_view key, std::string_view host, std::string_view repository) {
  const auto [pattern_name, pattern_port] = SplitPort(key.substr(0, key.find('/')));
  const auto [host_name, host_port] = SplitPort(host);
  if (pattern_port != host_port || !LabelsMatch(pattern_name, host_name)) return false;
  const std::string_view path = PathOf(key);
  return path.empty() || repository == path || (repository.starts_with(path) && repository[path.size()] == '/');
}

}  // namespace larder
