// The bytes of a record: a 32-byte header and a payload, never longer than one page (docs/record-format.md).
//
//   0  u64 checksum   XXH3 of bytes 8.. xor the hash of the key
//   8  u32 magic      "LRDR"
//  12  u8  format     kFormatVersion
//  13  u8  kind       as in the key
//  14  u16 flags      of an image: its EntryStatus, and 0x100 where the listing lacks it, so that a scan of headers can
//                     count; else 0
//  16  i64 deadline   ms since the epoch: when to refresh; 0 = none
//  24  i64 expiry     ms since the epoch: when it may be dropped; 0 = never
//  32  payload        FlatBuffers, padded with zeros to 8 bytes
// Little-endian; checksum seed 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/key.h"

namespace LARDER_API larder {

inline constexpr std::size_t kMaxRecordBytes = 4080;
inline constexpr std::size_t kRecordHeaderBytes = 32;
inline constexpr std::uint32_t kRecordMagic = 0x5244524C;  // "LRDR" in little-endian order

struct RecordHeader {
  std::uint8_t format = kFormatVersion;
  RecordKind kind = RecordKind::marker;
  std::uint16_t flags = 0;
  Time deadline{};
  Time expiry{};
};

// The caller's buffer for one record: inline to 1,024 bytes, so that a usual read does not allocate; on the heap above.
// 8-byte aligned. Movable; not copyable by accident (Clone).
class RecordBuf {
 public:
  static constexpr std::size_t kInline = 1024;
  RecordBuf() = default;
  RecordBuf(RecordBuf&& other) noexcept;
  RecordBuf& operator=(RecordBuf&& other) noexcept;

  void Assign(std::span<const std::byte> bytes);
  // Room for exactly `size` bytes, contents undefined; size() is then `size`.
  std::span<std::byte> Resize(std::size_t size);
  std::span<const std::byte> bytes() const { return {data(), size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  RecordBuf Clone() const;

 private:
  const std::byte* data() const { return heap_ ? heap_.get() : inline_; }
  alignas(8) std::byte inline_[kInline];
  std::unique_ptr<std::byte[]> heap_;
  std::size_t size_ = 0;
};

// Header and payload under `key`, with checksum and padding. too_large over kMaxRecordBytes.
Result<std::vector<std::byte>> MakeRecord(const Key& key, RecordHeader header, std::span<const std::byte> payload);

// The header alone, without checking the checksum: for schedules and sweeps, which read headers only. corruption where
// size, alignment of the size, magic or kind is wrong; unsupported for a newer format. Deadline and expiry are clamped
// to [0, year 9999].
Result<RecordHeader> ReadHeader(const Key& key, std::span<const std::byte> record);

// Everything ReadHeader checks, and the checksum. Says nothing of the payload, whose view has its own verifier.
Result<RecordHeader> VerifyRecord(const Key& key, std::span<const std::byte> record);

// REQUIRES: VerifyRecord or ReadHeader succeeded.
inline std::span<const std::byte> PayloadOf(std::span<const std::byte> record) {
  return record.subspan(kRecordHeaderBytes);
}

// The same record with other times; the checksum is made anew.
Result<std::vector<std::byte>> WithTimes(const Key& key, std::span<const std::byte> record, Time deadline, Time expiry);

}  // namespace larder
