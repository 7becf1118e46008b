// The 24-byte key of every record (docs/record-format.md): kind, format version, repository, item.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "larder/api.h"
#include "larder/digest.h"
#include "larder/error.h"

namespace LARDER_API larder {

enum class RecordKind : std::uint8_t {
  marker = 0,      // the store itself: format, created, last Collect. Not in memcached.
  repository = 1,  // state of one repository
  tags = 2,        // one block of a listing
  image = 3,       // one tag
  manifest = 4,    // facts by digest
  host = 5,        // limits learned
  lease = 6,       // who refreshes a repository now
};
inline constexpr std::uint8_t kRecordKinds = 7;
// "image", "tags", ...: as the enumerators. invalid_argument for another name, with those that there are.
std::string_view RecordKindName(RecordKind kind);
Result<RecordKind> ParseRecordKind(std::string_view name);

// The format version written now, in every key and record. A store with a newer one is refused.
inline constexpr std::uint8_t kFormatVersion = 1;

// A value of 24 bytes; ordered bytewise (unsigned). All images of a repository are one contiguous range.
class Key {
 public:
  static constexpr std::size_t kSize = 24;
  // kind and version and the 14 bytes of the repository's hash: what is common to a repository's records of a kind.
  static constexpr std::size_t kRepositoryPrefix = 16;

  constexpr Key() = default;
  // REQUIRES: bytes.size() == kSize.
  static Key FromBytes(std::span<const std::byte> bytes) {
    Key key;
    std::memcpy(key.bytes_.data(), bytes.data(), kSize);
    return key;
  }
  static Key Marker();
  // `name` is ImageName::Canonical().
  static Key Repository(std::string_view name);
  static Key TagBlock(std::string_view name, std::uint32_t generation, std::uint32_t block);
  static Key Image(std::string_view name, std::string_view tag);
  // The image key whose item() is `item`: for schedules, which keep the 8 bytes instead of the tag.
  static Key ImageItem(std::string_view name, std::uint64_t item);
  static Key Manifest(const Digest& digest);
  static Key Host(std::string_view host);
  static Key Lease(std::string_view name);

  RecordKind kind() const { return static_cast<RecordKind>(bytes_[0]); }
  std::uint8_t version() const { return static_cast<std::uint8_t>(bytes_[1]); }
  std::span<const std::byte, kSize> bytes() const { return bytes_; }
  // The last 8 bytes: of an image, the hash of its tag.
  std::uint64_t item() const;
  // Of a TagBlock key.
  std::uint32_t generation() const;
  std::uint32_t block() const;
  // 48 lower-case hex digits, and back; anything else is invalid_argument.
  std::string ToHex() const;
  static Result<Key> FromHex(std::string_view hex);
  // The same key in another format version. Whatever else a format changes, a key differs in its version alone.
  Key OfVersion(std::uint8_t version) const;
  // The smallest key greater than this one; of the greatest possible, itself.
  Key Next() const;

  friend bool operator==(const Key&, const Key&) = default;
  friend auto operator<=>(const Key&, const Key&) = default;

 private:
  std::array<std::byte, kSize> bytes_{};
};

// Half-open: from begin to before end or, where it is unbounded, to the end of the store.
struct KeyRange {
  Key begin;
  Key end;
  bool unbounded = false;  // no end

  static KeyRange All();
  static KeyRange OfKind(RecordKind kind);  // every version
  static KeyRange OfKind(RecordKind kind, std::uint8_t version);
  static KeyRange OfRepository(RecordKind kind, std::string_view name);
  static KeyRange OfTagBlocks(std::string_view name, std::uint32_t generation);
  bool Contains(const Key& key) const { return key >= begin && (unbounded || key < end); }
};

}  // namespace larder
