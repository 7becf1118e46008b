// A platform: os/architecture[/variant], as manifests name it.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"

namespace LARDER_API larder {

struct Platform {
  std::string os;            // "linux", "windows"; "" where the document does not say
  std::string architecture;  // "amd64", "arm64"
  std::string variant;       // "v8"; mostly ""

  // "linux/arm64/v8"; at most 3 components of [a-z0-9._-], lower-cased. invalid_argument otherwise.
  static Result<Platform> Parse(std::string_view text);
  std::string ToString() const;
  bool empty() const { return os.empty() && architecture.empty(); }
  // True where this satisfies what is wanted: os and architecture equal, and the variant too where `wanted` has one.
  bool Satisfies(const Platform& wanted) const;

  friend bool operator==(const Platform&, const Platform&) = default;
  friend auto operator<=>(const Platform&, const Platform&) = default;
};

// What to pick from an index, best first.
using PlatformPreference = std::vector<Platform>;
PlatformPreference DefaultPlatforms();  // linux/amd64

}  // namespace larder
