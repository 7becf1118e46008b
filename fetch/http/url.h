// URLs of http and https: parsing, and resolution of references by RFC 3986. Values; no network.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "larder/error.h"

namespace larder::http {

struct Url {
  std::string scheme;                // "http" or "https"
  std::string host;                  // lower case; an IPv6 address in brackets
  std::uint16_t port = 0;            // the scheme's where none was written
  std::string path = "/";            // as written, dot segments removed; begins with '/'
  std::optional<std::string> query;  // as written, without '?'
  // A fragment is never sent, and dropped.

  // An absolute URL. invalid_argument: another scheme, no host, a user name in it, bytes that no URL may have.
  static Result<Url> Parse(std::string_view text);
  // What `reference` (absolute, "//host/x", "/x", "x", "?x", "") means in a document from this URL: RFC 3986, 5.2.
  // Same errors.
  Result<Url> Resolve(std::string_view reference) const;

  // "host", or "host:port" where the port is not the scheme's: the key of everything that is kept per host.
  std::string Authority() const;
  // "https://host:5000": scheme and authority.
  std::string Origin() const;
  std::string ToString() const;
  // For logs and errors: the values of query parameters hidden, but for those of the registry protocol.
  std::string Redacted() const;
  bool SameOrigin(const Url& other) const;
  // The same host and port, whatever the scheme; the default ports of http and https count as one.
  bool SameServer(const Url& other) const;
  friend bool operator==(const Url&, const Url&) = default;

 private:
  std::string OriginAnd(std::string_view path_text, std::optional<std::string_view> query_text) const;
};

// For what is not known to be a URL: Redacted where it parses, else "(not a URL)".
std::string RedactUrl(std::string_view text);

// "%XX" for spaces, control characters and bytes beyond ASCII, as clients do with a Location that holds such.
std::string EscapeUnsafe(std::string_view text);

}  // namespace larder::http
