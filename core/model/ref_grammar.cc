#include "model/ref_grammar.h"

#include <algorithm>

#include "larder/image_ref.h"
#include "model/ascii.h"

namespace larder {
namespace {

bool IsLowerAlnum(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z'); }
bool IsAlnum(char c) { return IsLowerAlnum(c) || (c >= 'A' && c <= 'Z'); }

// The length of the separator at the front of `text`: one dot, one or two underscores, any number of dashes; 0 for
// none.
std::size_t SeparatorLength(std::string_view text) {
  if (text.starts_with('.')) return 1;
  if (text.starts_with("__")) return 2;
  if (text.starts_with('_')) return 1;
  return std::min(text.find_first_not_of('-'), text.size());
}

bool IsValidPathComponent(std::string_view text) {
  for (;;) {
    const auto end = std::find_if_not(text.begin(), text.end(), IsLowerAlnum);
    if (end == text.begin()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    if (text.empty()) return true;
    const std::size_t separator = SeparatorLength(text);
    if (separator == 0) return false;
    text.remove_prefix(separator);
  }
}

bool IsValidPort(std::string_view text) {
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), IsDigit)) return false;
  int port = 0;
  for (char c : text) port = port * 10 + (c - '0');
  return port >= 1 && port <= 65535;
}

bool IsValidLabel(std::string_view label) {
  return !label.empty() && IsAlnum(label.front()) && IsAlnum(label.back()) &&
         std::all_of(label.begin(), label.end(), [](char c) { return IsAlnum(c) || c == '-'; });
}

bool IsIpv6Character(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':'; }

// The text between the brackets.
bool IsIpv6(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsIpv6Character) && std::count(text.begin(), text.end(), ':') >= 2;
}

template <class Check>
bool EachPart(std::string_view text, char separator, Check check) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!check(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

bool IsValidPath(std::string_view path) { return EachPart(path, '/', IsValidPathComponent); }

bool IsValidHost(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t close = host.find(']');
    if (close == std::string_view::npos || !IsIpv6(host.substr(1, close - 1))) return false;
    host.remove_prefix(close + 1);
    return host.empty() || (host.starts_with(':') && IsValidPort(host.substr(1)));
  }
  const std::size_t colon = host.find(':');
  if (colon != std::string_view::npos && !IsValidPort(host.substr(colon + 1))) return false;
  return EachPart(host.substr(0, colon), '.', IsValidLabel);
}

bool LooksLikeHost(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:") != std::string_view::npos;
}

bool IsValidTag(std::string_view tag) {
  if (tag.empty() || tag.size() > kMaxTagLength || tag.front() == '.' || tag.front() == '-') return false;
  return std::all_of(tag.begin(), tag.end(), [](char c) { return IsAlnum(c) || c == '_' || c == '.' || c == '-'; });
}

}  // namespace larder
