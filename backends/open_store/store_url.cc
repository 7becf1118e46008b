#include "store_url.h"

#include <algorithm>
#include <optional>

namespace larder::open_store {
namespace {

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

bool IsSchemeCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Result<void> AddOption(std::string_view text, std::map<std::string, std::string>& options) {
  const std::size_t equals = text.find('=');
  LARDER_ASSIGN_OR_RETURN(std::string name, DecodePercent(text.substr(0, equals)));
  if (name.empty() || equals == std::string_view::npos) {
    return Fail(Errc::invalid_argument, "'" + std::string(text) + "' after '?' is not name=value");
  }
  LARDER_ASSIGN_OR_RETURN(std::string value, DecodePercent(text.substr(equals + 1)));
  if (!options.emplace(name, std::move(value)).second) {
    return Fail(Errc::invalid_argument, "the option '" + name + "' is given twice");
  }
  return {};
}

}  // namespace

Result<std::string> DecodePercent(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const auto high = i + 1 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? HexDigit(text[i + 2]) : std::nullopt;
      if (!high || !low) {
        return Fail(Errc::invalid_argument,
                    "'" + std::string(text) + "' has a '%' that is not followed by two hex digits");
      }
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
    }
    if (c == '\0') return Fail(Errc::invalid_argument, "a NUL byte");
    decoded += c;
  }
  return decoded;
}

Result<StoreUrl> StoreUrl::Parse(std::string_view text) {
  StoreUrl url;
  const std::size_t colon = text.find(':');
  std::string scheme(text.substr(0, colon));
  std::ranges::transform(scheme, scheme.begin(), Lower);
  if (colon == std::string_view::npos || scheme.empty() || !std::ranges::all_of(scheme, IsSchemeCharacter)) {
    return Fail(Errc::invalid_argument, "it does not begin with 'scheme:'");
  }
  url.scheme = std::move(scheme);
  text.remove_prefix(colon + 1);
  const std::size_t mark = text.find('?');
  url.rest = text.substr(0, mark);
  std::string_view query = mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    LARDER_RETURN_IF_ERROR(AddOption(query.substr(0, end), url.options));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return url;
}

Result<std::string> PathOf(const StoreUrl& url) {
  std::string_view rest = url.rest;
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    if (!rest.starts_with('/')) {
      return Fail(Errc::invalid_argument,
                  "'" + url.rest + "' names a host; a path is written " + url.scheme + ":/path");
    }
  }
  if (rest.empty()) return Fail(Errc::invalid_argument, "it names no directory");
  return DecodePercent(rest);
}

}  // namespace larder::open_store
