// The structure of an image's payload, checked on every read: FlatBuffers' own verifier asks for every field that the
// schema has, this one looks at those that are there. What it accepts, the other accepts too. Private to core/record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "record/bytes.h"
#include "record/payload.h"

namespace larder::record {
namespace image_structure {

enum class Shape : std::uint8_t { inlined, text, bytes };

struct Field {
  Shape shape = Shape::inlined;
  std::uint8_t size = 0;       // of what is inlined
  std::uint8_t alignment = 1;  // the same
};

template <class T>
inline constexpr Field kOf = {Shape::inlined, sizeof(T), alignof(T)};
inline constexpr Field kText = {Shape::text};
inline constexpr Field kBytes = {Shape::bytes};

// Table Image of larder.fbs, in its order.
inline constexpr std::array kFields = {
    kOf<fb::Facts>,      // facts
    kText,               // ref
    kBytes,              // labels
    kOf<fb::Sha256>,     // platform_digest
    kOf<std::int64_t>,   // label_created_s
    kOf<std::uint32_t>,  // label_created_ns
    kOf<std::int64_t>,   // build_date_s
    kOf<std::uint32_t>,  // build_date_ns
    kOf<std::int64_t>,   // annotation_created_s
    kOf<std::uint32_t>,  // annotation_created_ns
    kText,               // last_error
    kText,               // reason
    kOf<std::int64_t>,   // gone_since_ms
    kText,               // announced
    kText,               // platform
    kText,               // image_id_text
    kBytes,              // tag_digest_long
    kBytes,              // platform_digest_long
};
static_assert(fb::Image::VT_PLATFORM_DIGEST_LONG == 4 + 2 * (kFields.size() - 1));
inline constexpr std::size_t kRequired = 2;  // the first fields
inline constexpr std::size_t kUsual = 4;     // the first fields, which nearly every image ends with

inline constexpr std::size_t kListHead = 2 * sizeof(std::uint16_t);
inline constexpr std::size_t kShortestList = kListHead + kRequired * sizeof(std::uint16_t);

// Places are 64-bit and never wrap: one is within the payload, or 32 bits more than one that is.
class Payload {
 public:
  explicit Payload(std::span<const std::byte> bytes) : data_(bytes.data()), size_(bytes.size()) {}

  bool HasTable() const {
    std::uint64_t table = 0;
    if (size_ < 3 * sizeof(std::uint32_t) || !Follow(0, table)) return false;
    const auto list = static_cast<std::uint64_t>(static_cast<std::int64_t>(table) - Load<std::int32_t>(table));
    if (list == 0 || list >= size_ || list % sizeof(std::uint16_t) != 0 || !Holds(list, kShortestList)) return false;
    const std::size_t list_size = Load<std::uint16_t>(list);
    if (list_size < kShortestList || list_size % sizeof(std::uint16_t) != 0 || !Holds(list, list_size)) return false;
    const std::size_t count = (list_size - kListHead) / sizeof(std::uint16_t);
    const auto* offsets = data_ + list + kListHead;
    return HasFields<0>(offsets, count, table, std::make_index_sequence<kUsual>()) &&
           (count <= kUsual ||
            HasFields<kUsual>(offsets, count, table, std::make_index_sequence<kFields.size() - kUsual>()));
  }

 private:
  template <std::size_t First, std::size_t... I>
  bool HasFields(const std::byte* offsets, std::size_t count, std::uint64_t table, std::index_sequence<I...>) const {
    return ((First + I >= count || HasField<First + I>(offsets, table)) && ...);
  }

  bool Holds(std::uint64_t place, std::uint64_t length) const { return place + length <= size_; }
  template <class T>
  T Load(std::uint64_t place) const {
    return LoadLittle<T>(data_ + place);
  }

  // The place, a multiple of 4 with 4 bytes, that the offset at `from` leads to.
  bool Follow(std::uint64_t from, std::uint64_t& to) const {
    if (from % sizeof(std::uint32_t) != 0 || !Holds(from, sizeof(std::uint32_t))) return false;
    const auto offset = Load<std::uint32_t>(from);
    to = from + offset;
    return offset != 0 && to % sizeof(std::uint32_t) == 0 && Holds(to, sizeof(std::uint32_t));
  }

  template <std::size_t I>
  bool HasField(const std::byte* offsets, std::uint64_t table) const {
    constexpr Field field = kFields[I];
    const auto offset = LoadLittle<std::uint16_t>(offsets + I * sizeof(std::uint16_t));
    if (offset == 0) return I >= kRequired;
    const std::uint64_t place = table + offset;
    if (field.shape == Shape::inlined) return place % field.alignment == 0 && Holds(place, field.size);
    std::uint64_t list = 0;
    if (!Follow(place, list)) return false;
    const std::uint64_t length = sizeof(std::uint32_t) + Load<std::uint32_t>(list);
    if (field.shape == Shape::bytes) return Holds(list, length);
    // A text ends with a NUL.
    return Holds(list, length + 1) && data_[list + length] == std::byte{0};
  }

  const std::byte* data_;
  std::size_t size_;
};

}  // namespace image_structure

// Says nothing of what lies in the fields. REQUIRES: 8-byte aligned.
inline bool IsWellFormedImage(std::span<const std::byte> payload) {
  return image_structure::Payload(payload).HasTable();
}

}  // namespace larder::record
