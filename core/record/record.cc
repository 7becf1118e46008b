#include "larder/record.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "record/payload.h"

namespace larder {
namespace {

void WriteHeader(std::byte* to, const RecordHeader& header) {
  record::StoreLittle(to + 8, kRecordMagic);
  to[12] = static_cast<std::byte>(header.format);
  to[13] = static_cast<std::byte>(header.kind);
  record::StoreLittle(to + 14, header.flags);
  record::StoreLittle(to + 16, record::ToMs(header.deadline));
  record::StoreLittle(to + 24, record::ToMs(header.expiry));
}

}  // namespace

RecordBuf::RecordBuf(RecordBuf&& other) noexcept { *this = std::move(other); }

RecordBuf& RecordBuf::operator=(RecordBuf&& other) noexcept {
  if (this == &other) return *this;
  heap_ = std::move(other.heap_);
  size_ = std::exchange(other.size_, 0);
  if (!heap_ && size_ > 0) std::memcpy(inline_, other.inline_, size_);
  return *this;
}

void RecordBuf::Assign(std::span<const std::byte> bytes) {
  auto to = Resize(bytes.size());
  if (!bytes.empty()) std::memcpy(to.data(), bytes.data(), bytes.size());
}

std::span<std::byte> RecordBuf::Resize(std::size_t size) {
  heap_.reset();
  if (size > kInline) heap_ = std::make_unique_for_overwrite<std::byte[]>(size);
  size_ = size;
  return {heap_ ? heap_.get() : inline_, size};
}

RecordBuf RecordBuf::Clone() const {
  RecordBuf copy;
  copy.Assign(bytes());
  return copy;
}

Result<std::vector<std::byte>> MakeRecord(const Key& key, RecordHeader header, std::span<const std::byte> payload) {
  const std::size_t size = kRecordHeaderBytes + (payload.size() + 7) / 8 * 8;
  if (size > kMaxRecordBytes) {
    return Fail(Errc::too_large, "a " + std::string(RecordKindName(header.kind)) + " record of " +
                                     std::to_string(size) + " bytes; at most " + std::to_string(kMaxRecordBytes) +
                                     " fit one page");
  }
  std::vector<std::byte> record(size);
  WriteHeader(record.data(), header);
  if (!payload.empty()) std::memcpy(record.data() + kRecordHeaderBytes, payload.data(), payload.size());
  record::StoreLittle(record.data(), record::Checksum(key, record));
  return record;
}

std::unexpected<Error> record::FailFor(Fault fault, std::span<const std::byte> record) {
  switch (fault) {
    case Fault::size:
      return Fail(Errc::corruption, "a record of " + std::to_string(record.size()) + " bytes");
    case Fault::magic:
      return Fail(Errc::corruption, "not a record of Larder");
    case Fault::kind:
      return Fail(Errc::corruption, "a record of another kind than its key");
    case Fault::newer:
      return Fail(Errc::unsupported, "a record of format " + std::to_string(static_cast<unsigned>(record[12])) +
                                         "; this release reads up to " + std::to_string(kFormatVersion));
    case Fault::checksum:
      return Fail(Errc::corruption, "checksum mismatch");
    case Fault::payload:
      return Fail(Errc::corruption, "a payload that is not well-formed");
    case Fault::another:
      return Fail(Errc::corruption, "a record of another image");
    case Fault::status:
      return Fail(Errc::unsupported,
                  "an entry of unknown status " + std::to_string(RootOf<fb::Image>(record).facts()->status()));
    case Fault::nanoseconds:
      return Fail(Errc::corruption, "nanoseconds over a second");
    case Fault::labels:
      return Fail(Errc::corruption, "labels that cannot be read");
    case Fault::none:
      break;
  }
  return Fail(Errc::corruption, "a record that cannot be used");
}

Result<RecordHeader> ReadHeader(const Key& key, std::span<const std::byte> record) {
  Result<RecordHeader> header;
  if (const auto fault = record::CheckHeader(key, record, *header); fault != record::Fault::none) {
    header = record::FailFor(fault, record);
  }
  return header;
}

Result<RecordHeader> VerifyRecord(const Key& key, std::span<const std::byte> record) {
  Result<RecordHeader> header;
  if (const auto fault = record::CheckRecord(key, record, *header); fault != record::Fault::none) {
    header = record::FailFor(fault, record);
  }
  return header;
}

Result<std::vector<std::byte>> WithTimes(const Key& key, std::span<const std::byte> record, Time deadline,
                                         Time expiry) {
  auto header = VerifyRecord(key, record);
  if (!header.has_value()) return std::unexpected<Error>(std::move(header).error());
  header->deadline = deadline;
  header->expiry = expiry;
  std::vector<std::byte> copy(record.begin(), record.end());
  WriteHeader(copy.data(), *header);
  record::StoreLittle(copy.data(), record::Checksum(key, copy));
  return copy;
}

}  // namespace larder
