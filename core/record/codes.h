// Small codes for what nearly every image says in the same words. A number never changes its meaning: append only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "larder/platform.h"

namespace larder::record {

enum ImageFlag : std::uint16_t {
  kImageIdPlain = 1,  // the image id is hex without "sha256:" (schema1)
  kImageHasId = 2,
  kImageHasDigest = 4,
  kImageSamePlatformDigest = 8,
  kImageLabelsTruncated = 16,
};

enum ChildFlag : std::uint16_t {
  kChildIndex = 1,
  kChildAttestation = 2,
  kChildArtifact = 4,
  kChildText = 8,  // digest or platform do not fit the struct: child_texts
};

struct PlatformCodes {
  std::uint8_t os = 0, architecture = 0, variant = 0;  // 0: "", kOther: in a text beside
};
inline constexpr std::uint8_t kOther = 255;

// All three, or kOther in each where one of them has no code.
PlatformCodes EncodePlatform(const Platform& platform);
Platform DecodePlatform(const PlatformCodes& codes);

// Codes 1 .. 31 for common label names; 0 where there is none.
std::uint8_t LabelCode(std::string_view name);
// "" for an unknown code.
std::string_view LabelName(std::uint8_t code);

}  // namespace larder::record
