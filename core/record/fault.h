// What can be wrong with a record, as a value that is passed on for nothing: a record is checked within tens of
// nanoseconds on every read, and an Error is made only where there is something to tell. Private to core/record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "larder/record.h"
#include "record/bytes.h"
#include "record/hash.h"
#include "record/milliseconds.h"

namespace larder::record {

enum class Fault : std::uint8_t {
  none,
  size,
  magic,
  kind,
  newer,  // well-formed, of a format that this release does not read
  checksum,
  payload,      // not well-formed FlatBuffers
  another,      // of another image than was asked for
  status,       // of an entry: none that this release knows
  nanoseconds,  // a second or more
  labels,       // none that can be read
};

// What to tell of `record`. REQUIRES: a fault.
std::unexpected<Error> FailFor(Fault fault, std::span<const std::byte> record);

inline std::uint64_t Checksum(const Key& key, std::span<const std::byte> record) {
  return Hash64(record.subspan(8)) ^ Hash64(key.bytes());
}

// As larder::ReadHeader. `header` is filled where there is no fault, or `newer`.
inline Fault CheckHeader(const Key& key, std::span<const std::byte> record, RecordHeader& header) {
  if (record.size() < kRecordHeaderBytes || record.size() > kMaxRecordBytes || record.size() % 8 != 0) {
    return Fault::size;
  }
  const std::byte* from = record.data();
  if (LoadLittle<std::uint32_t>(from + 8) != kRecordMagic) return Fault::magic;
  header.format = static_cast<std::uint8_t>(from[12]);
  header.kind = static_cast<RecordKind>(from[13]);
  header.flags = LoadLittle<std::uint16_t>(from + 14);
  header.deadline = ToTime(LoadLittle<std::int64_t>(from + 16));
  header.expiry = ToTime(LoadLittle<std::int64_t>(from + 24));
  if (header.kind != key.kind()) return Fault::kind;
  return header.format > kFormatVersion ? Fault::newer : Fault::none;
}

// As larder::VerifyRecord.
inline Fault CheckRecord(const Key& key, std::span<const std::byte> record, RecordHeader& header) {
  const Fault fault = CheckHeader(key, record, header);
  if (fault != Fault::none && fault != Fault::newer) return fault;
  if (LoadLittle<std::uint64_t>(record.data()) != Checksum(key, record)) return Fault::checksum;
  return fault;
}

}  // namespace larder::record
