// Header names, host names and schemes: ASCII, compared without case, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace larder::http {

constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), ToLower);
  return lower;
}

constexpr bool SameIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ToLower, ToLower);
}

// What may stand in a header or a URL: no blank, no control character, nothing beyond ASCII.
constexpr bool IsVisible(char c) { return c > 0x20 && c < 0x7f; }

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }

constexpr std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace larder::http
