#include "key_codec.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace larder::memcached {
namespace {

static_assert(kMaxNamespace + 1 + kKeyCharacters <= kMaxKeyText);
static_assert(Key::kSize * 4 == kKeyCharacters * 3);

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr auto kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

bool IsNamespaceCharacter(char c) { return kDigits[static_cast<unsigned char>(c)] != kNoDigit || c == '.'; }

}  // namespace

Result<KeyCodec> KeyCodec::Make(std::string_view key_namespace) {
  if (key_namespace.empty() || key_namespace.size() > kMaxNamespace ||
      !std::ranges::all_of(key_namespace, IsNamespaceCharacter)) {
    return Fail(Errc::invalid_argument, "memcached namespace \"" + std::string(key_namespace) + "\": 1 to " +
                                            std::to_string(kMaxNamespace) + " letters, digits, '.', '_' and '-'");
  }
  return KeyCodec(std::string(key_namespace) + ":");
}

void KeyCodec::Encode(const Key& key, char* to) const {
  std::memcpy(to, prefix_.data(), prefix_.size());
  to += prefix_.size();
  const auto bytes = key.bytes();
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = std::to_integer<std::uint32_t>(bytes[i]) << 16 |
                       std::to_integer<std::uint32_t>(bytes[i + 1]) << 8 | std::to_integer<std::uint32_t>(bytes[i + 2]);
    *to++ = kAlphabet[group >> 18];
    *to++ = kAlphabet[group >> 12 & 63];
    *to++ = kAlphabet[group >> 6 & 63];
    *to++ = kAlphabet[group & 63];
  }
}

std::optional<Key> KeyCodec::Decode(std::string_view text) const {
  if (text.size() != size() || !text.starts_with(prefix_)) return std::nullopt;
  text.remove_prefix(prefix_.size());
  std::array<std::byte, Key::kSize> bytes;
  for (std::size_t in = 0, out = 0; in < text.size(); in += 4, out += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::uint8_t digit = kDigits[static_cast<unsigned char>(text[in + i])];
      if (digit == kNoDigit) return std::nullopt;
      group = group << 6 | digit;
    }
    bytes[out] = static_cast<std::byte>(group >> 16);
    bytes[out + 1] = static_cast<std::byte>(group >> 8);
    bytes[out + 2] = static_cast<std::byte>(group);
  }
  return Key::FromBytes(bytes);
}

}  // namespace larder::memcached
