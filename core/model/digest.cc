#include "larder/digest.h"

#include <algorithm>

#include "model/quote.h"

namespace larder {
namespace {

std::size_t DigestBytes(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::none:
      return 0;
    case DigestAlgorithm::sha256:
      return 32;
    case DigestAlgorithm::sha512:
      return 64;
  }
  return 0;
}

std::string_view AlgorithmName(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::none:
      return "";
    case DigestAlgorithm::sha256:
      return "sha256";
    case DigestAlgorithm::sha512:
      return "sha512";
  }
  return "";
}

// -1 for what is not a lower-case hex digit.
int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

Result<Digest> RefuseDigest(std::string_view text, std::string_view why) {
  std::string message = "digest ";
  message += Quote(text, 160);
  message += ": ";
  message += why;
  return Fail(Errc::invalid_argument, std::move(message));
}

}  // namespace

Result<Digest> Digest::Parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    return RefuseDigest(text, "no algorithm; write sha256:<64 hex> or sha512:<128 hex>");
  const std::string_view name = text.substr(0, colon);
  const std::string_view hex = text.substr(colon + 1);

  Digest digest;
  if (name == "sha256") {
    digest.algorithm_ = DigestAlgorithm::sha256;
  } else if (name == "sha512") {
    digest.algorithm_ = DigestAlgorithm::sha512;
  } else {
    return RefuseDigest(text, "the algorithm is neither sha256 nor sha512");
  }
  const std::size_t size = DigestBytes(digest.algorithm_);
  if (hex.size() != 2 * size) {
    return RefuseDigest(text, std::to_string(hex.size()) + " digits after the colon, not " + std::to_string(2 * size));
  }
  for (std::size_t i = 0; i < size; ++i) {
    const int high = HexValue(hex[2 * i]);
    const int low = HexValue(hex[2 * i + 1]);
    if (high < 0 || low < 0) return RefuseDigest(text, "a character that is not one of 0-9 a-f");
    digest.bytes_[i] = static_cast<std::byte>(high * 16 + low);
  }
  return digest;
}

Digest Digest::FromBytes(DigestAlgorithm algorithm, std::span<const std::byte> bytes) {
  Digest digest;
  digest.algorithm_ = algorithm;
  std::copy_n(bytes.begin(), std::min(bytes.size(), DigestBytes(algorithm)), digest.bytes_.begin());
  return digest;
}

std::span<const std::byte> Digest::bytes() const { return std::span(bytes_).first(DigestBytes(algorithm_)); }

std::string Digest::ToString() const {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (empty()) return {};
  std::string text(AlgorithmName(algorithm_));
  text.reserve(text.size() + 1 + 2 * DigestBytes(algorithm_));
  text += ':';
  for (std::byte byte : bytes()) {
    text += kHex[std::to_integer<unsigned>(byte) >> 4];
    text += kHex[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

}  // namespace larder
