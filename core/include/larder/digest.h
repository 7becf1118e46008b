// A content digest: "sha256:<64 hex>" or "sha512:<128 hex>".
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "larder/api.h"
#include "larder/error.h"

namespace LARDER_API larder {

enum class DigestAlgorithm : std::uint8_t { none = 0, sha256 = 1, sha512 = 2 };

// A value; 72 bytes, no allocation. Default-constructed it is "none" (empty() is true).
class Digest {
 public:
  constexpr Digest() = default;

  // Lower-case hex of the right length only; anything else is invalid_argument. (Registries verify the text form, so a
  // digest in capitals is not the same reference.)
  static Result<Digest> Parse(std::string_view text);
  // REQUIRES: bytes.size() is 32 for sha256, 64 for sha512.
  static Digest FromBytes(DigestAlgorithm algorithm, std::span<const std::byte> bytes);

  bool empty() const { return algorithm_ == DigestAlgorithm::none; }
  DigestAlgorithm algorithm() const { return algorithm_; }
  // 32 or 64 bytes; empty for none. Valid as long as this object.
  std::span<const std::byte> bytes() const;
  // "sha256:..."; "" for none.
  std::string ToString() const;

  friend bool operator==(const Digest&, const Digest&) = default;
  friend auto operator<=>(const Digest&, const Digest&) = default;

 private:
  DigestAlgorithm algorithm_ = DigestAlgorithm::none;
  std::array<std::byte, 64> bytes_{};  // unused tail is zero
};

}  // namespace larder
