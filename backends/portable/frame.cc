#include "frame.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <string>

namespace larder::portable {
namespace {

template <class T>
void Put(std::byte* at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) at[i] = static_cast<std::byte>(value >> (8 * i));
}

template <class T>
T Take(const std::byte* at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | static_cast<T>(at[i]) << (8 * i));
  return value;
}

std::uint64_t Hash(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace

std::array<std::byte, kHeadBytes> MakeHead(const PortableInfo& info) {
  std::array<std::byte, kHeadBytes> head{};
  std::ranges::transform(kMagic, head.begin(), [](unsigned char c) { return static_cast<std::byte>(c); });
  Put(&head[8], info.version);
  Put(&head[10], info.record_format);
  Put(&head[16], static_cast<std::uint64_t>(info.created.time_since_epoch().count()));
  Put(&head[24], Hash(std::span(head).first(24), 0));
  return head;
}

Result<PortableInfo> ReadHead(std::span<const std::byte, kHeadBytes> bytes) {
  const auto same = [](std::byte b, unsigned char c) { return b == static_cast<std::byte>(c); };
  if (!std::equal(kMagic.begin(), kMagic.end(), bytes.begin(), [&](auto c, auto b) { return same(b, c); })) {
    return Fail(Errc::corruption, "not an export of Larder: its first bytes are not those of one");
  }
  if (Take<std::uint64_t>(&bytes[24]) != Hash(bytes.first(24), 0)) {
    return Fail(Errc::corruption, "altered: the head, bytes 0 to 31, fails its checksum");
  }
  PortableInfo info;
  info.version = Take<std::uint16_t>(&bytes[8]);
  info.record_format = Take<std::uint16_t>(&bytes[10]);
  info.created = Time(Duration(static_cast<std::int64_t>(Take<std::uint64_t>(&bytes[16]))));
  if (info.version > kPortableVersion || info.record_format > kFormatVersion) {
    return Fail(Errc::unsupported, "written by a newer release of Larder (file version " +
                                       std::to_string(info.version) + ", records of format " +
                                       std::to_string(info.record_format) + "; this one reads up to " +
                                       std::to_string(kPortableVersion) + " and " + std::to_string(kFormatVersion) +
                                       "): import it with that release");
  }
  if (info.version == 0 || Take<std::uint32_t>(&bytes[12]) != 0) {
    return Fail(Errc::corruption, "not an export of Larder: it states version " + std::to_string(info.version));
  }
  return info;
}

std::uint64_t ChecksumOfHead(std::span<const std::byte, kHeadBytes> bytes) { return Take<std::uint64_t>(&bytes[24]); }

std::uint64_t ChecksumOfFrame(std::span<const std::byte, kFrameHeadBytes> head, std::span<const std::byte> payload,
                              std::uint64_t chain) {
  return Hash(payload, Hash(head.first(kFrameHeadBytes - 8), chain));
}

std::array<std::byte, kFrameHeadBytes> MakeFrameHead(FrameHead& head, std::span<const std::byte> payload,
                                                     std::uint64_t chain) {
  std::array<std::byte, kFrameHeadBytes> bytes{};
  head.payload_bytes = static_cast<std::uint32_t>(payload.size());
  Put(&bytes[0], head.magic);
  Put(&bytes[4], head.payload_bytes);
  Put(&bytes[8], head.records);
  Put(&bytes[16], head.first_record);
  Put(&bytes[24], head.offset);
  head.checksum = ChecksumOfFrame(bytes, payload, chain);
  Put(&bytes[32], head.checksum);
  return bytes;
}

FrameHead ReadFrameHead(std::span<const std::byte, kFrameHeadBytes> bytes) {
  FrameHead head;
  head.magic = Take<std::uint32_t>(&bytes[0]);
  head.payload_bytes = Take<std::uint32_t>(&bytes[4]);
  head.records = Take<std::uint32_t>(&bytes[8]);
  head.first_record = Take<std::uint64_t>(&bytes[16]);
  head.offset = Take<std::uint64_t>(&bytes[24]);
  head.checksum = Take<std::uint64_t>(&bytes[32]);
  return head;
}

std::vector<std::byte> MakeEnd(const PortableInfo& info) {
  std::vector<std::byte> end(kEndBytes);
  Put(&end[0], info.records);
  Put(&end[8], info.frames);
  Put(&end[16], info.bytes);
  for (std::size_t i = 0; i < info.kinds.size(); ++i) Put(&end[24 + 8 * i], info.kinds[i]);
  return end;
}

PortableInfo ReadEnd(std::span<const std::byte> payload) {
  PortableInfo info;
  info.records = Take<std::uint64_t>(&payload[0]);
  info.frames = Take<std::uint64_t>(&payload[8]);
  info.bytes = Take<std::uint64_t>(&payload[16]);
  for (std::size_t i = 0; i < info.kinds.size(); ++i) info.kinds[i] = Take<std::uint64_t>(&payload[24 + 8 * i]);
  return info;
}

void AppendRecord(std::vector<std::byte>& payload, const Key& key, std::span<const std::byte> record) {
  std::array<std::byte, kRecordHeadBytes> head{};
  std::ranges::copy(key.bytes(), head.begin());
  Put(&head[Key::kSize], static_cast<std::uint64_t>(record.size()));
  payload.insert(payload.end(), head.begin(), head.end());
  payload.insert(payload.end(), record.begin(), record.end());
}

std::uint64_t RecordLength(std::span<const std::byte> head) { return Take<std::uint64_t>(&head[Key::kSize]); }

}  // namespace larder::portable
