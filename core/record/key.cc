#include "larder/key.h"

#include <algorithm>
#include <cstring>

#include "record/bytes.h"
#include "record/hash.h"

namespace larder {
namespace {

constexpr std::size_t kItem = 16;

constexpr std::array<std::string_view, kRecordKinds> kKindNames = {"marker",   "repository", "tags", "image",
                                                                   "manifest", "host",       "lease"};

std::array<std::byte, Key::kSize> Start(RecordKind kind) {
  std::array<std::byte, Key::kSize> bytes{};
  bytes[0] = static_cast<std::byte>(kind);
  bytes[1] = static_cast<std::byte>(kFormatVersion);
  return bytes;
}

// Words and not bytes: whoever reads the key reads words, and would wait until the bytes have left the processor.
Key Named(RecordKind kind, std::string_view name, std::uint64_t item = 0) {
  std::array<std::byte, Key::kSize> bytes;
  const auto hash = record::Hash128(name);
  const auto head = std::uint64_t{static_cast<std::uint8_t>(kind)} << 56 | std::uint64_t{kFormatVersion} << 48;
  record::StoreBig(bytes.data(), head | hash.high64 >> 16);
  record::StoreBig(bytes.data() + 8, hash.high64 << 48 | hash.low64 >> 16);
  record::StoreBig(bytes.data() + kItem, item);
  return Key::FromBytes(bytes);
}

Key Make(const std::array<std::byte, Key::kSize>& bytes) { return Key::FromBytes(bytes); }

std::array<std::byte, Key::kSize> BytesOf(const Key& key) {
  std::array<std::byte, Key::kSize> bytes;
  std::memcpy(bytes.data(), key.bytes().data(), bytes.size());
  return bytes;
}

// The first key after every key that begins with the first `length` bytes of `bytes`; unbounded where there is none.
KeyRange PrefixRange(std::array<std::byte, Key::kSize> bytes, std::size_t length) {
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(length), bytes.end(), std::byte{0});
  KeyRange range;
  range.begin = Make(bytes);
  for (std::size_t i = length; i > 0; --i) {
    if (bytes[i - 1] != std::byte{0xFF}) {
      bytes[i - 1] = static_cast<std::byte>(static_cast<unsigned>(bytes[i - 1]) + 1);
      range.end = Make(bytes);
      return range;
    }
    bytes[i - 1] = std::byte{0};
  }
  range.unbounded = true;
  return range;
}

}  // namespace

std::string_view RecordKindName(RecordKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kKindNames.size() ? kKindNames[index] : "unknown";
}

Result<RecordKind> ParseRecordKind(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == name) return static_cast<RecordKind>(i);
  }
  std::string known;
  for (std::string_view kind : kKindNames) known.append(known.empty() ? "" : ", ").append(kind);
  return Fail(Errc::invalid_argument, "no kind of record is called '" + std::string(name) + "'; there are " + known);
}

Key Key::Marker() {
  // The same in every format version, so that any release finds it and can say which one is needed.
  Key key;
  key.bytes_[0] = static_cast<std::byte>(RecordKind::marker);
  return key;
}

Key Key::Repository(std::string_view name) { return Named(RecordKind::repository, name); }

Key Key::TagBlock(std::string_view name, std::uint32_t generation, std::uint32_t block) {
  return Named(RecordKind::tags, name, std::uint64_t{generation} << 32 | block);
}

Key Key::Image(std::string_view name, std::string_view tag) { return ImageItem(name, record::Hash64(tag)); }

Key Key::ImageItem(std::string_view name, std::uint64_t item) { return Named(RecordKind::image, name, item); }

Key Key::Manifest(const Digest& digest) {
  auto bytes = Start(RecordKind::manifest);
  const auto from = digest.bytes();
  std::memcpy(bytes.data() + 2, from.data(), std::min<std::size_t>(from.size(), kSize - 2));
  return Make(bytes);
}

Key Key::Host(std::string_view host) { return Named(RecordKind::host, host); }

Key Key::Lease(std::string_view name) { return Named(RecordKind::lease, name); }

std::uint64_t Key::item() const { return record::LoadBig<std::uint64_t>(bytes_.data() + kItem); }
std::uint32_t Key::generation() const { return record::LoadBig<std::uint32_t>(bytes_.data() + kItem); }
std::uint32_t Key::block() const { return record::LoadBig<std::uint32_t>(bytes_.data() + kItem + 4); }

std::string Key::ToHex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * kSize);
  for (std::byte byte : bytes_) {
    text += kDigits[static_cast<unsigned>(byte) >> 4];
    text += kDigits[static_cast<unsigned>(byte) & 15];
  }
  return text;
}

Result<Key> Key::FromHex(std::string_view hex) {
  if (hex.size() != 2 * kSize) {
    return Fail(Errc::invalid_argument,
                "a key is 48 hex digits; this has " + std::to_string(hex.size()) + " characters");
  }
  Key key;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<unsigned>(c - 'a') + 10;
    } else {
      return Fail(Errc::invalid_argument,
                  "a key is 48 lower-case hex digits; character " + std::to_string(i + 1) + " is not one");
    }
    auto& byte = key.bytes_[i / 2];
    byte = static_cast<std::byte>((static_cast<unsigned>(byte) << 4) | digit);
  }
  return key;
}

Key Key::OfVersion(std::uint8_t version) const {
  Key key = *this;
  key.bytes_[1] = static_cast<std::byte>(version);
  return key;
}

Key Key::Next() const {
  Key next = *this;
  for (std::size_t i = kSize; i > 0; --i) {
    auto& byte = next.bytes_[i - 1];
    byte = static_cast<std::byte>(static_cast<unsigned>(byte) + 1);
    if (byte != std::byte{0}) return next;
  }
  return *this;
}

KeyRange KeyRange::All() {
  KeyRange range;
  range.unbounded = true;
  return range;
}

KeyRange KeyRange::OfKind(RecordKind kind) { return PrefixRange(Start(kind), 1); }

KeyRange KeyRange::OfKind(RecordKind kind, std::uint8_t version) {
  auto bytes = Start(kind);
  bytes[1] = static_cast<std::byte>(version);
  return PrefixRange(bytes, 2);
}

KeyRange KeyRange::OfRepository(RecordKind kind, std::string_view name) {
  return PrefixRange(BytesOf(Named(kind, name)), Key::kRepositoryPrefix);
}

KeyRange KeyRange::OfTagBlocks(std::string_view name, std::uint32_t generation) {
  return PrefixRange(BytesOf(Key::TagBlock(name, generation, 0)), kItem + 4);
}

}  // namespace larder
