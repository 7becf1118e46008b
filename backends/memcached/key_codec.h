// Keys as memcached takes them: text without spaces or control characters, at most 250 bytes.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "larder/error.h"
#include "larder/key.h"

namespace larder::memcached {

inline constexpr std::size_t kMaxKeyText = 250;  // memcached's limit
inline constexpr std::size_t kMaxNamespace = 200;
inline constexpr std::size_t kKeyCharacters = 32;  // 24 bytes in base64url, which needs no padding

// The keys of one namespace: "<namespace>:<base64url of the 24 bytes>". All have the same length, so no key of one
// namespace is a key of another.
class KeyCodec {
 public:
  static Result<KeyCodec> Make(std::string_view key_namespace);

  std::size_t size() const { return prefix_.size() + kKeyCharacters; }
  // REQUIRES: room for size() characters.
  void Encode(const Key& key, char* to) const;
  // Nothing for a key of another namespace or another program.
  std::optional<Key> Decode(std::string_view text) const;

 private:
  explicit KeyCodec(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string prefix_;  // with the colon
};

// One key's text, on the stack.
class KeyText {
 public:
  KeyText(const KeyCodec& codec, const Key& key) : size_(codec.size()) { codec.Encode(key, text_.data()); }
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, kMaxKeyText> text_;
  std::size_t size_;
};

}  // namespace larder::memcached
