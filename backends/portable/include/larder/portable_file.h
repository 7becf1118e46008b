// The portable file: records of any store, one after another, so that a cut or altered file is told
// (docs/portable-file.md has every byte).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "larder/api.h"
#include "larder/byte_stream.h"
#include "larder/error.h"
#include "larder/key.h"
#include "larder/time.h"

namespace LARDER_API larder {

inline constexpr std::uint16_t kPortableVersion = 1;

// What a file says of itself, and what was counted in it.
struct PortableInfo {
  std::uint16_t version = kPortableVersion;
  std::uint16_t record_format = kFormatVersion;  // the newest that its records have
  Time created{};
  std::uint64_t records = 0;
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;  // of the whole file
  std::array<std::uint64_t, kRecordKinds> kinds{};
  friend bool operator==(const PortableInfo&, const PortableInfo&) = default;
};

// Not safe for concurrent use. The sink must outlive it. A file without Finish is told as cut by every reader.
class PortableWriter {
 public:
  // Writes the head of the file.
  static Result<PortableWriter> Begin(ByteSink& sink, Time created);
  // REQUIRES: the record verifies under its key (VerifyRecord).
  Result<void> Add(const Key& key, std::span<const std::byte> record);
  Result<PortableInfo> Finish();

 private:
  PortableWriter(ByteSink& sink, Time created) : sink_(&sink) { info_.created = created; }
  Result<void> FlushFrame(std::uint32_t magic);

  ByteSink* sink_;
  PortableInfo info_;  // bytes: written so far
  std::vector<std::byte> payload_;
  std::uint32_t in_frame_ = 0;
  std::uint64_t chain_ = 0;  // the checksum before
};

struct PortableRecord {
  Key key;
  std::span<const std::byte> bytes;
};

// Reads frame by frame, in constant memory, and believes nothing: every frame's checksum covers all before it, every
// record is verified under its key, and the end counts them. Not safe for concurrent use; the source must outlive it.
//
// Errors name the place (byte and record): corruption for a file that is none, is cut, or was altered; unsupported for
// one of a newer release; those of the source.
class PortableReader {
 public:
  static Result<PortableReader> Begin(ByteSource& source);
  // The records of the next frame, valid until the next call; none when the end was reached and everything is well.
  Result<std::span<const PortableRecord>> Next();
  // What was read so far; what the whole file is once Next gave none.
  const PortableInfo& info() const { return info_; }

 private:
  explicit PortableReader(ByteSource& source) : source_(&source) {}
  Result<void> ReadHead();
  Result<void> Fill(std::span<std::byte> into, std::string_view part);
  Result<void> TakeRecords(std::uint32_t count);
  Result<void> CheckEnd();
  std::unexpected<Error> Altered(std::string_view what) const;

  ByteSource* source_;
  PortableInfo info_;              // bytes: read so far
  std::uint64_t frame_at_ = 0;     // where the frame under way begins
  std::vector<std::byte> buffer_;  // 8-byte aligned, as every allocation is
  std::vector<PortableRecord> records_;
  std::uint64_t chain_ = 0;
  bool ended_ = false;
};

}  // namespace larder
