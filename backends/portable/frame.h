// The bytes of a portable file's head, frames and end (docs/portable-file.md). Little-endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "larder/error.h"
#include "larder/portable_file.h"

namespace larder::portable {

// As PNG's: a transfer that changes line ends, or clears the eighth bit, breaks it.
inline constexpr std::array<unsigned char, 8> kMagic = {0x89, 'L', 'R', 'D', 'X', '\r', '\n', 0x1A};
inline constexpr std::size_t kHeadBytes = 32;
inline constexpr std::size_t kFrameHeadBytes = 40;
inline constexpr std::size_t kRecordHeadBytes = 32;       // key and length
inline constexpr std::uint32_t kFrameMagic = 0x4D415246;  // "FRAM"
inline constexpr std::uint32_t kLastMagic = 0x5453414C;   // "LAST"
inline constexpr std::size_t kFrameRecords = 512;
inline constexpr std::size_t kFrameBytes = std::size_t{256} << 10;  // a frame is closed when it has as many
// What a reader believes: a frame that was closed as above, and its last record.
inline constexpr std::size_t kMaxFrameBytes = kFrameBytes + kRecordHeadBytes + 4096;
inline constexpr std::size_t kEndBytes = 24 + 8 * kRecordKinds;

struct FrameHead {
  std::uint32_t magic = kFrameMagic;
  std::uint32_t payload_bytes = 0;
  std::uint32_t records = 0;
  std::uint64_t first_record = 0;  // how many come before it in the file
  std::uint64_t offset = 0;        // where it begins
  std::uint64_t checksum = 0;
};

std::array<std::byte, kHeadBytes> MakeHead(const PortableInfo& info);
// corruption for another file; unsupported for a newer version.
Result<PortableInfo> ReadHead(std::span<const std::byte, kHeadBytes> bytes);
// What the first frame's checksum follows.
std::uint64_t ChecksumOfHead(std::span<const std::byte, kHeadBytes> bytes);

// Its checksum is made of the rest, the payload and the checksum before.
std::array<std::byte, kFrameHeadBytes> MakeFrameHead(FrameHead& head, std::span<const std::byte> payload,
                                                     std::uint64_t chain);
FrameHead ReadFrameHead(std::span<const std::byte, kFrameHeadBytes> bytes);
std::uint64_t ChecksumOfFrame(std::span<const std::byte, kFrameHeadBytes> head, std::span<const std::byte> payload,
                              std::uint64_t chain);

std::vector<std::byte> MakeEnd(const PortableInfo& info);
// Only the counts: records, frames, bytes before the end's own frame, kinds. REQUIRES: kEndBytes.
PortableInfo ReadEnd(std::span<const std::byte> payload);

void AppendRecord(std::vector<std::byte>& payload, const Key& key, std::span<const std::byte> record);
// The length that the head of a record states.
std::uint64_t RecordLength(std::span<const std::byte> head);

}  // namespace larder::portable
