#include "http/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "http/ascii.h"

namespace larder::http {

namespace {

struct FreeCurlUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeCurlString {
  void operator()(char* text) const { curl_free(text); }
};
using CurlUrl = std::unique_ptr<CURLU, FreeCurlUrl>;
using CurlString = std::unique_ptr<char, FreeCurlString>;

constexpr std::uint16_t DefaultPort(std::string_view scheme) { return scheme == "http" ? 80 : 443; }

bool Unsafe(char c) { return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f; }

// The five parts of RFC 3986, appendix B; each absent or present, and unread.
struct Parts {
  std::optional<std::string_view> scheme, authority, query;
  std::string_view path;
};

// The scheme before the first ':' of a reference, where that is one by its letters (so "busybox:1/x" has one too, as
// the grammar says, and "2.0:x" has none).
std::optional<std::string_view> SchemeOf(std::string_view text) {
  const std::size_t colon = text.find_first_of(":/?#");
  if (colon == 0 || colon == std::string_view::npos || text[colon] != ':') return std::nullopt;
  const std::string_view scheme = text.substr(0, colon);
  const auto letter = [](char c) { return ToLower(c) >= 'a' && ToLower(c) <= 'z'; };
  if (!letter(scheme.front())) return std::nullopt;
  const bool valid = std::ranges::all_of(
      scheme, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; });
  return valid ? std::optional(scheme) : std::nullopt;
}

Parts SplitUrl(std::string_view text) {
  Parts parts;
  text = text.substr(0, text.find('#'));
  parts.scheme = SchemeOf(text);
  if (parts.scheme.has_value()) text.remove_prefix(parts.scheme->size() + 1);
  if (const std::size_t mark = text.find('?'); mark != std::string_view::npos) {
    parts.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    parts.authority = text.substr(0, text.find('/'));
    text.remove_prefix(parts.authority->size());
  }
  parts.path = text;
  return parts;
}

// RFC 3986, 5.2.4, of a path that begins with '/'.
std::string RemoveDotSegments(std::string_view path) {
  if (path.find("/.") == std::string_view::npos) return path.empty() ? "/" : std::string(path);
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);  // with its slash before
    path.remove_prefix(end);
    const bool last = path.empty();
    if (segment == "/..") {
      out.erase(std::min(out.rfind('/'), out.size()));
      if (last) out += '/';
    } else if (segment == "/.") {
      if (last) out += '/';
    } else {
      out += segment;
    }
  }
  return out.empty() ? "/" : out;
}

// What of a URL can be shown: no query, and nothing before an '@', which may be a password.
std::string Shown(std::string_view text) {
  text = text.substr(0, text.find('?'));
  std::string_view scheme;
  if (const auto slashes = text.find("//"); slashes != std::string_view::npos) scheme = text.substr(0, slashes + 2);
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    text = text.substr(at + 1);
  } else {
    text.remove_prefix(scheme.size());
  }
  return std::string(scheme).append(text).substr(0, 200);
}

std::unexpected<Error> Invalid(std::string_view text, std::string_view why) {
  std::string message = "\"";
  message += Shown(text);
  message += "\" is not a URL that can be asked: ";
  message += why;
  return Fail(Errc::invalid_argument, std::move(message));
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Names of letters, digits and inner hyphens, of which the last begins with a letter: nobody reads those in two ways,
// as they do "0x7f.1" or "127.1".
bool IsPlainName(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  std::size_t label = 0;
  for (std::size_t i = 0; i <= host.size(); ++i) {
    if (i < host.size() && host[i] != '.') {
      const bool letter = ToLower(host[i]) >= 'a' && ToLower(host[i]) <= 'z';
      if (!letter && !IsDigit(host[i]) && host[i] != '-') return false;
      continue;
    }
    if (i == label || host[label] == '-' || host[i - 1] == '-') return false;
    if (i == host.size() && IsDigit(host[label])) return false;
    label = i + 1;
  }
  return true;
}

// Four numbers up to 255 without leading zeros.
bool IsPlainAddress(std::string_view host) {
  int numbers = 0;
  while (true) {
    unsigned value = 0;
    const auto read = std::from_chars(host.data(), host.data() + host.size(), value);
    const auto digits = static_cast<std::size_t>(read.ptr - host.data());
    if (read.ec != std::errc() || value > 255 || (digits > 1 && host.front() == '0')) return false;
    ++numbers;
    host.remove_prefix(digits);
    if (host.empty()) return numbers == 4;
    if (numbers == 4 || host.front() != '.') return false;
    host.remove_prefix(1);
  }
}

// Sets host and port where the authority is one that everybody reads alike; false: ask curl. Most are: a URL is read
// several times a request, and curl's reading makes a dozen allocations.
bool ReadPlainAuthority(std::string_view authority, Url& url) {
  const std::size_t colon = authority.find(':');
  const std::string_view host = authority.substr(0, colon);
  if (!IsPlainName(host) && !IsPlainAddress(host)) return false;
  std::uint16_t port = DefaultPort(url.scheme);
  if (colon != std::string_view::npos) {
    const std::string_view digits = authority.substr(colon + 1);
    if (digits.empty() || !IsDigit(digits.front()) || digits.front() == '0') return false;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return false;
  }
  url.host = LowerCase(host);
  url.port = port;
  return true;
}

// What is not plain curl reads, so that what we check is what it will connect to.
Result<Url> FromParts(std::string_view text, std::string_view scheme, std::string_view authority) {
  Url url;
  url.scheme = LowerCase(scheme);
  if (url.scheme != "http" && url.scheme != "https") return Invalid(text, "neither http nor https");
  if (authority.empty()) return Invalid(text, "no host");
  if (ReadPlainAuthority(authority, url)) return url;
  if (authority.find('@') != std::string_view::npos) return Invalid(text, "a user name in it");
  const CurlUrl parsed(curl_url());
  const std::string whole = url.scheme + "://" + std::string(authority) + "/";
  if (const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, whole.c_str(), 0); code != CURLUE_OK) {
    return Invalid(text, curl_url_strerror(code));
  }
  char* part = nullptr;
  if (curl_url_get(parsed.get(), CURLUPART_HOST, &part, 0) != CURLUE_OK) return Invalid(text, "no host");
  url.host = LowerCase(CurlString(part).get());
  if (url.host.empty()) return Invalid(text, "no host");
  // curl decodes a host's percent signs: what comes out need not be a name that prints and parses back.
  if (url.host.front() != '[' && authority.find('%') != std::string_view::npos) {
    return Invalid(text, "a host with percent signs");
  }
  if (curl_url_get(parsed.get(), CURLUPART_PORT, &part, CURLU_DEFAULT_PORT) != CURLUE_OK)
    return Invalid(text, "no port");
  const std::string port = CurlString(part).get();
  const auto read = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (read.ec != std::errc() || url.port == 0) return Invalid(text, "no such port");
  return url;
}

bool HasUnsafe(std::string_view text) { return std::ranges::any_of(text, Unsafe); }

constexpr std::array<std::string_view, 5> kHarmlessParameters = {"n", "last", "service", "scope", "client_id"};

std::string RedactQuery(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::string_view name = parameter.substr(0, parameter.find('='));
    if (!out.empty()) out += '&';
    const bool harmless = std::ranges::find(kHarmlessParameters, name) != kHarmlessParameters.end();
    if (harmless) {
      out += parameter;
    } else {
      out += name.size() == parameter.size() ? "..." : std::string(name) + "=...";
    }
  }
  return out;
}

}  // namespace

Result<Url> Url::Parse(std::string_view text) {
  if (HasUnsafe(text)) return Invalid(text, "spaces, control characters or bytes beyond ASCII");
  const Parts parts = SplitUrl(text);
  if (!parts.scheme.has_value()) return Invalid(text, "no scheme");
  if (!parts.authority.has_value()) return Invalid(text, "no host");
  LARDER_ASSIGN_OR_RETURN(Url url, FromParts(text, *parts.scheme, *parts.authority));
  url.path = parts.path.empty() ? "/" : RemoveDotSegments(parts.path);
  if (parts.query.has_value()) url.query = std::string(*parts.query);
  return url;
}

Result<Url> Url::Resolve(std::string_view reference) const {
  if (HasUnsafe(reference)) return Invalid(reference, "spaces, control characters or bytes beyond ASCII");
  const Parts parts = SplitUrl(reference);
  if (parts.scheme.has_value()) return Parse(reference);
  Url url = *this;
  if (parts.authority.has_value()) {
    LARDER_ASSIGN_OR_RETURN(url, FromParts(reference, scheme, *parts.authority));
    url.path = parts.path.empty() ? "/" : RemoveDotSegments(parts.path);
  } else if (parts.path.empty()) {
    if (!parts.query.has_value()) return url;
  } else if (parts.path.starts_with('/')) {
    url.path = RemoveDotSegments(parts.path);
  } else {
    url.path = RemoveDotSegments(path.substr(0, path.rfind('/') + 1).append(parts.path));
  }
  url.query.reset();
  if (parts.query.has_value()) url.query = std::string(*parts.query);
  return url;
}

std::string Url::Authority() const { return port == DefaultPort(scheme) ? host : host + ":" + std::to_string(port); }

std::string Url::Origin() const { return OriginAnd({}, {}); }

// In one allocation: each request makes some.
std::string Url::OriginAnd(std::string_view path_text, std::optional<std::string_view> query_text) const {
  constexpr std::size_t kPort = 6;  // ":65535"
  std::string text;
  text.reserve(scheme.size() + 3 + host.size() + kPort + path_text.size() + 1 + query_text.value_or("").size());
  text.append(scheme).append("://").append(host);
  if (port != DefaultPort(scheme)) text.append(1, ':').append(std::to_string(port));
  text.append(path_text);
  if (query_text.has_value()) text.append(1, '?').append(*query_text);
  return text;
}

std::string Url::ToString() const { return OriginAnd(path, query); }

std::string Url::Redacted() const {
  if (!query.has_value()) return OriginAnd(path, {});
  return OriginAnd(path, RedactQuery(*query));
}

bool Url::SameServer(const Url& other) const {
  const auto is_default = [](const Url& url) { return url.port == DefaultPort(url.scheme); };
  return host == other.host && (port == other.port || (is_default(*this) && is_default(other)));
}

bool Url::SameOrigin(const Url& other) const {
  return scheme == other.scheme && host == other.host && port == other.port;
}

std::string RedactUrl(std::string_view text) {
  const Result<Url> url = Url::Parse(text);
  return url.has_value() ? url->Redacted() : "(not a URL)";
}

std::string EscapeUnsafe(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (!Unsafe(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

}  // namespace larder::http
