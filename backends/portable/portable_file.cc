#include "larder/portable_file.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "frame.h"
#include "larder/record.h"

namespace larder {

using namespace portable;  // the bytes, which this file alone puts together

namespace {

// How many bytes it got: fewer than `into` takes where the source ends.
Result<std::size_t> ReadFully(ByteSource& source, std::span<std::byte> into) {
  std::size_t have = 0;
  while (have < into.size()) {
    LARDER_ASSIGN_OR_RETURN(const std::size_t got, source.Read(into.subspan(have)));
    if (got == 0) break;
    have += got;
  }
  return have;
}

}  // namespace

Result<PortableWriter> PortableWriter::Begin(ByteSink& sink, Time created) {
  PortableWriter writer(sink, created);
  const auto head = MakeHead(writer.info_);
  LARDER_RETURN_IF_ERROR(sink.Write(head));
  writer.info_.bytes = head.size();
  writer.chain_ = ChecksumOfHead(head);
  return writer;
}

Result<void> PortableWriter::Add(const Key& key, std::span<const std::byte> record) {
  if (record.size() > kMaxRecordBytes || record.size() < kRecordHeaderBytes || record.size() % 8 != 0) {
    return Fail(Errc::invalid_argument,
                "a record of " + std::to_string(record.size()) + " bytes under key " + key.ToHex());
  }
  AppendRecord(payload_, key, record);
  ++in_frame_;
  ++info_.records;
  if (const auto kind = static_cast<std::size_t>(key.kind()); kind < info_.kinds.size()) ++info_.kinds[kind];
  if (in_frame_ < kFrameRecords && payload_.size() < kFrameBytes) return {};
  return FlushFrame(kFrameMagic);
}

Result<void> PortableWriter::FlushFrame(std::uint32_t magic) {
  FrameHead head;
  head.magic = magic;
  head.records = in_frame_;
  head.first_record = info_.records - in_frame_;
  head.offset = info_.bytes;
  const auto bytes = MakeFrameHead(head, payload_, chain_);
  LARDER_RETURN_IF_ERROR(sink_->Write(bytes));
  LARDER_RETURN_IF_ERROR(sink_->Write(payload_));
  chain_ = head.checksum;
  info_.bytes += bytes.size() + payload_.size();
  ++info_.frames;
  in_frame_ = 0;
  payload_.clear();
  return {};
}

Result<PortableInfo> PortableWriter::Finish() {
  if (in_frame_ > 0) LARDER_RETURN_IF_ERROR(FlushFrame(kFrameMagic));
  payload_ = MakeEnd(info_);
  LARDER_RETURN_IF_ERROR(FlushFrame(kLastMagic));
  --info_.frames;  // the end is none
  return info_;
}

Result<PortableReader> PortableReader::Begin(ByteSource& source) {
  PortableReader reader(source);
  LARDER_RETURN_IF_ERROR(reader.ReadHead());
  return reader;
}

Result<void> PortableReader::Fill(std::span<std::byte> into, std::string_view part) {
  LARDER_ASSIGN_OR_RETURN(const std::size_t have, ReadFully(*source_, into));
  if (have < into.size()) {
    return Fail(Errc::corruption, "cut: it ends at byte " + std::to_string(info_.bytes + have) + ", in " +
                                      std::string(part) + ", after record " + std::to_string(info_.records) +
                                      "; a whole export ends with its counts");
  }
  info_.bytes += into.size();
  return {};
}

Result<void> PortableReader::ReadHead() {
  std::array<std::byte, kHeadBytes> head{};
  LARDER_ASSIGN_OR_RETURN(const std::size_t have, ReadFully(*source_, head));
  if (have < head.size()) {
    return Fail(Errc::corruption, have == 0 ? "not an export of Larder: it is empty"
                                            : "not an export of Larder, or cut: it has " + std::to_string(have) +
                                                  (have == 1 ? " byte" : " bytes") + ", not even the head of one");
  }
  LARDER_ASSIGN_OR_RETURN(info_, portable::ReadHead(head));
  info_.bytes = head.size();
  chain_ = ChecksumOfHead(head);
  return {};
}

std::unexpected<Error> PortableReader::Altered(std::string_view what) const {
  return Fail(Errc::corruption, "altered: the frame at byte " + std::to_string(frame_at_) + ", after record " +
                                    std::to_string(info_.records) + ", " + std::string(what));
}

Result<std::span<const PortableRecord>> PortableReader::Next() {
  records_.clear();
  if (ended_) return std::span<const PortableRecord>();
  frame_at_ = info_.bytes;
  const std::string part = "the frame at byte " + std::to_string(frame_at_);
  std::array<std::byte, kFrameHeadBytes> bytes{};
  LARDER_RETURN_IF_ERROR(Fill(bytes, part));
  const FrameHead head = ReadFrameHead(bytes);
  const bool last = head.magic == kLastMagic;
  if (!last && head.magic != kFrameMagic) return Altered("does not begin like one");
  const bool fits = last ? head.payload_bytes == kEndBytes : head.payload_bytes > 0;
  if (!fits || head.payload_bytes > kMaxFrameBytes || head.payload_bytes % 8 != 0) return Altered("has a wrong length");
  buffer_.resize(head.payload_bytes);
  LARDER_RETURN_IF_ERROR(Fill(buffer_, part));
  if (ChecksumOfFrame(bytes, buffer_, chain_) != head.checksum) return Altered("fails its checksum");
  if (head.offset != frame_at_ || head.first_record != info_.records) return Altered("is not in its place");
  chain_ = head.checksum;
  if (last) {
    LARDER_RETURN_IF_ERROR(CheckEnd());
  } else {
    LARDER_RETURN_IF_ERROR(TakeRecords(head.records));
    ++info_.frames;
  }
  return std::span<const PortableRecord>(records_);
}

Result<void> PortableReader::TakeRecords(std::uint32_t count) {
  std::span<const std::byte> rest = buffer_;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t at = frame_at_ + kFrameHeadBytes + (buffer_.size() - rest.size());
    const auto wrong = [&](const std::string& why) {
      return Altered("has a wrong record " + std::to_string(info_.records + 1) + " at byte " + std::to_string(at) +
                     why);
    };
    if (rest.size() < kRecordHeadBytes) return wrong("");
    const std::uint64_t length = RecordLength(rest);
    if (length % 8 != 0 || length > kMaxRecordBytes || length > rest.size() - kRecordHeadBytes) return wrong("");
    PortableRecord record;
    record.key = Key::FromBytes(rest.first(Key::kSize));
    record.bytes = rest.subspan(kRecordHeadBytes, static_cast<std::size_t>(length));
    const auto verified = VerifyRecord(record.key, record.bytes);
    if (!verified.has_value()) return wrong(": " + verified.error().message);
    const auto kind = static_cast<std::size_t>(record.key.kind());
    if (kind >= info_.kinds.size()) return wrong(": it is of no kind");
    ++info_.kinds[kind];
    ++info_.records;
    records_.push_back(record);
    rest = rest.subspan(kRecordHeadBytes + static_cast<std::size_t>(length));
  }
  return rest.empty() && count > 0 ? Result<void>() : Altered("has more bytes than records");
}

Result<void> PortableReader::CheckEnd() {
  const PortableInfo said = ReadEnd(buffer_);
  if (said.records != info_.records || said.frames != info_.frames || said.bytes != frame_at_ ||
      said.kinds != info_.kinds) {
    return Altered("counts other records than are there");
  }
  std::byte more{};
  LARDER_ASSIGN_OR_RETURN(const std::size_t got, source_->Read(std::span(&more, 1)));
  if (got != 0) {
    return Fail(Errc::corruption, "altered: something follows its end at byte " + std::to_string(info_.bytes));
  }
  ended_ = true;
  return {};
}

}  // namespace larder
