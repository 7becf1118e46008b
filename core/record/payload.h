// From a record to its FlatBuffers root and back. Private to core/record: the only folder that sees generated code.
#pragma once

#include <larder_generated.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/digest.h"
#include "larder/record.h"
#include "larder/time.h"
#include "record/fault.h"
#include "record/milliseconds.h"

namespace larder::record {

// REQUIRES: the payload was verified.
template <class T>
const T& RootOf(std::span<const std::byte> record) {
  return *flatbuffers::GetRoot<T>(PayloadOf(record).data());
}

// The structure alone. REQUIRES: 8-byte aligned, longer than a header.
template <class T>
bool IsWellFormed(std::span<const std::byte> record) {
  const auto payload = PayloadOf(record);
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size());
  return verifier.VerifyBuffer<T>(nullptr);
}

// Checksum, header and structure. The span must be 8-byte aligned.
template <class T>
Result<RecordHeader> VerifyWhole(const Key& key, std::span<const std::byte> record) {
  auto header = VerifyRecord(key, record);
  if (header.has_value() && !IsWellFormed<T>(record)) header = FailFor(Fault::payload, record);
  return header;
}

inline Result<std::vector<std::byte>> Finish(const Key& key, const RecordHeader& header,
                                             const flatbuffers::FlatBufferBuilder& builder) {
  return MakeRecord(key, header, {reinterpret_cast<const std::byte*>(builder.GetBufferPointer()), builder.GetSize()});
}

inline std::uint32_t Ns(const Timestamp& time) { return static_cast<std::uint32_t>(time.nanoseconds()); }

using TextVector = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;

inline std::string_view View(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

// What one FlatBuffers string takes beside its bytes: offset, length, terminating NUL and padding.
inline constexpr std::size_t kStringOverhead = 12;

// An absent field for an empty text.
inline flatbuffers::Offset<flatbuffers::String> Text(flatbuffers::FlatBufferBuilder& builder, std::string_view text) {
  return text.empty() ? flatbuffers::Offset<flatbuffers::String>() : builder.CreateString(text.data(), text.size());
}

// At most `max` bytes, cut before a character of UTF-8 that would not fit whole.
inline std::string_view Cut(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0) == 0x80) --max;
  return text.substr(0, max);
}

}  // namespace larder::record
