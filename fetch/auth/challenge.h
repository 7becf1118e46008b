// WWW-Authenticate: what a host wants to see before it answers (RFC 9110, 11.6.1), read as leniently as the world
// needs.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder {

inline constexpr std::size_t kMaxChallenges = 16;
inline constexpr std::size_t kMaxChallengeParameters = 32;

struct Challenge {
  std::string scheme;  // in lower case: "basic", "bearer", "negotiate"
  // Names in lower case, values without quotes and escapes, in the order in which they came.
  std::vector<std::pair<std::string, std::string>> parameters;

  // The value of the first parameter of that name; "" where there is none.
  std::string_view Find(std::string_view name) const;
  // "scope", or "scopes" as the distribution's text once spelt it.
  std::string_view Scope() const;
  friend bool operator==(const Challenge&, const Challenge&) = default;
};

// Several challenges may share one header, and there may be several headers. Tolerated: any case, quoted and bare
// values and names, missing and trailing commas, spaces around '=', an unclosed quote (ends at the end of the header),
// names without a value. A header that begins with a parameter has no scheme, and that parameter is dropped. Never
// fails; what makes no sense is left out, and what is over the limits.
std::vector<Challenge> ParseChallenges(std::string_view header);
std::vector<Challenge> ParseChallenges(std::span<const std::string_view> headers);

}  // namespace larder
