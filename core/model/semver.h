// Semantic versions as tags write them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace larder {

// Views into the text that was parsed.
struct Semver {
  std::array<std::uint64_t, 3> numbers{};  // major, minor, patch
  std::string_view prerelease;             // without the dash
  std::string_view metadata;               // without the plus; has no part in the order
};

// [v]1[.2[.3]][-prerelease][+metadata], leading zeros allowed; nullopt for anything else, and for numbers over 64 bits.
std::optional<Semver> ParseSemver(std::string_view text);

// Precedence by semver.org, section 11: <0 where a is lower, 0 where they rank the same.
int ComparePrecedence(const Semver& a, const Semver& b);

}  // namespace larder
