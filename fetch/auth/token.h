// Bearer tokens: what is asked of a token server, and what it answers. Pure.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/session.h"
#include "larder/credentials.h"
#include "larder/error.h"
#include "larder/time.h"

namespace larder {

// What a token is good for.
struct TokenKey {
  TokenKey();
  std::string realm;  // URL
  std::string service;
  std::string scope;           // "" or several, separated by spaces
  std::uint64_t identity = 0;  // of the credential; 0: anonymous
  friend bool operator==(const TokenKey&, const TokenKey&) = default;
  friend auto operator<=>(const TokenKey&, const TokenKey&) = default;
};

// From when on another is asked for: max(5 s, a tenth of its life) before it expires.
Time RefreshAt(Time obtained, Time expires);

struct Token {
  Token();
  std::string text;
  Time obtained{};  // when it was asked for
  Time expires{};
  std::string refresh_token;  // where the server gave one

  Time RefreshAt() const;
};

// A life that is not said, or said to be shorter, is so long (distribution specification, token.md).
inline constexpr Duration kShortestTokenLife = std::chrono::seconds(60);
inline constexpr Duration kLongestTokenLife = std::chrono::hours(24);

// GET, with Basic authorization where there is a user.
http::Request TokenByGet(const TokenKey& key, std::string_view client_id, const std::optional<Credential>& credential);
// POST of a refresh token (OAuth 2).
http::Request TokenByPost(const TokenKey& key, std::string_view client_id, std::string_view refresh_token);

// The token of a 200 answer: `token` or `access_token`; its life from `expires_in`, else from the token itself where
// that is a JWT. Lives count from `asked`: the server's clock is not looked at. unavailable where there is no token in
// it.
Result<Token> ReadToken(std::string_view body, Time asked);

// exp - iat of a JWT: its life by the clock of whoever made it. nullopt for any other text.
std::optional<std::chrono::seconds> LifeOfJwt(std::string_view token);

// "Basic dXNlcjpwYXNz"
std::string BasicAuthorization(const Credential& credential);

}  // namespace larder
