#include "larder/platform.h"

#include <array>

#include "model/quote.h"

namespace larder {
namespace {

std::unexpected<Error> RefusePlatform(std::string_view text, std::string_view why) {
  std::string message = "platform " + Quote(text) + ": ";
  message += why;
  message += "; expected os/architecture or os/architecture/variant, as in linux/arm64/v8";
  return Fail(Errc::invalid_argument, std::move(message));
}

bool IsPlatformCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

Result<Platform> Platform::Parse(std::string_view text) {
  std::array<std::string, 3> parts;
  std::size_t part = 0;
  for (char c : text) {
    if (c == '/') {
      if (++part == parts.size()) return RefusePlatform(text, "more than three parts");
      continue;
    }
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!IsPlatformCharacter(c))
      return RefusePlatform(text, "a character that is not a letter, a digit or one of . _ -");
    parts[part] += c;
  }
  if (part == 0) return RefusePlatform(text, "no architecture");
  for (std::size_t i = 0; i <= part; ++i) {
    if (parts[i].empty()) return RefusePlatform(text, "an empty part");
  }
  return Platform{std::move(parts[0]), std::move(parts[1]), std::move(parts[2])};
}

std::string Platform::ToString() const {
  if (empty()) return {};
  std::string text = os + '/' + architecture;
  if (!variant.empty()) text += '/' + variant;
  return text;
}

bool Platform::Satisfies(const Platform& wanted) const {
  return os == wanted.os && architecture == wanted.architecture &&
         (wanted.variant.empty() || variant == wanted.variant);
}

PlatformPreference DefaultPlatforms() { return {Platform{"linux", "amd64", ""}}; }

}  // namespace larder
