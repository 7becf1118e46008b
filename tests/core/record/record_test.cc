#include "larder/record.h"

#include <gtest/gtest.h>

#include <numeric>

#include "larder/time.h"

namespace larder {
namespace {

std::vector<std::byte> Payload(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + 1);
  return bytes;
}

const Key kKey = Key::Image("ghcr.io/a/b", "v1");

RecordHeader ImageHeader() {
  RecordHeader header;
  header.kind = RecordKind::image;
  header.deadline = Time{Duration{1'700'000'000'123}};
  header.expiry = Time{Duration{1'800'000'000'456}};
  return header;
}

TEST(Record, GivesBackHeaderAndPayloadPaddedToEight) {
  const auto record = MakeRecord(kKey, ImageHeader(), Payload(13)).value();
  EXPECT_EQ(record.size(), kRecordHeaderBytes + 16);
  const auto header = VerifyRecord(kKey, record);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->deadline, ImageHeader().deadline);
  EXPECT_EQ(header->expiry, ImageHeader().expiry);
  const auto payload = PayloadOf(record);
  const auto expected = Payload(13);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), payload.begin()));
  EXPECT_EQ(payload[13], std::byte{0});
}

TEST(Record, NeverOutgrowsItsPage) {
  EXPECT_TRUE(MakeRecord(kKey, ImageHeader(), Payload(kMaxRecordBytes - kRecordHeaderBytes)).has_value());
  const auto over = MakeRecord(kKey, ImageHeader(), Payload(kMaxRecordBytes - kRecordHeaderBytes + 1));
  EXPECT_EQ(over.error().code, Errc::too_large);
}

TEST(Record, EverySingleFlippedBitIsFound) {
  auto record = MakeRecord(kKey, ImageHeader(), Payload(100)).value();
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    const auto mask = static_cast<std::byte>(1U << (bit % 8));
    record[bit / 8] ^= mask;
    EXPECT_FALSE(VerifyRecord(kKey, record).has_value()) << "bit " << bit;
    record[bit / 8] ^= mask;
  }
  EXPECT_TRUE(VerifyRecord(kKey, record).has_value());
}

TEST(Record, UnderAnotherKeyOfTheSameKindIsCorrupt) {
  const auto record = MakeRecord(kKey, ImageHeader(), Payload(64)).value();
  EXPECT_EQ(VerifyRecord(Key::Image("ghcr.io/a/b", "v2"), record).error().code, Errc::corruption);
  EXPECT_EQ(VerifyRecord(Key::Repository("ghcr.io/a/b"), record).error().code, Errc::corruption);
}

TEST(Record, CutAtAnyLengthIsCorrupt) {
  const auto record = MakeRecord(kKey, ImageHeader(), Payload(64)).value();
  for (std::size_t size = 0; size < record.size(); ++size) {
    EXPECT_FALSE(VerifyRecord(kKey, std::span(record).first(size)).has_value()) << size;
  }
}

TEST(Record, OfANewerFormatIsUnsupportedNotCorrupt) {
  RecordHeader header = ImageHeader();
  header.format = kFormatVersion + 1;
  const auto record = MakeRecord(kKey, header, Payload(64)).value();
  EXPECT_EQ(VerifyRecord(kKey, record).error().code, Errc::unsupported);
}

TEST(Record, TimesBeyondTheCalendarAreClamped) {
  RecordHeader header = ImageHeader();
  header.deadline = Time{Duration{std::numeric_limits<std::int64_t>::max()}};
  header.expiry = Time{Duration{-5}};
  const auto record = MakeRecord(kKey, header, Payload(8)).value();
  const auto read = ReadHeader(kKey, record).value();
  EXPECT_EQ(FormatTime(read.deadline).substr(0, 4), "9999");
  EXPECT_EQ(read.expiry, Time{});
}

TEST(Record, WithTimesKeepsThePayloadAndRefusesBrokenBytes) {
  const auto record = MakeRecord(kKey, ImageHeader(), Payload(40)).value();
  const Time deadline{Duration{5000}};
  auto moved = WithTimes(kKey, record, deadline, Time{Duration{9000}}).value();
  EXPECT_EQ(VerifyRecord(kKey, moved).value().deadline, deadline);
  EXPECT_TRUE(std::equal(PayloadOf(record).begin(), PayloadOf(record).end(), PayloadOf(moved).begin()));
  moved[40] ^= std::byte{1};
  EXPECT_EQ(WithTimes(kKey, moved, deadline, deadline).error().code, Errc::corruption);
}

TEST(RecordBuf, HoldsSmallAndLargeRecordsAndMoves) {
  for (std::size_t size :
       {std::size_t{0}, std::size_t{8}, RecordBuf::kInline, RecordBuf::kInline + 8, kMaxRecordBytes}) {
    const auto bytes = Payload(size);
    RecordBuf buffer;
    buffer.Assign(bytes);
    RecordBuf moved = std::move(buffer);
    RecordBuf copy = moved.Clone();
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), moved.bytes().begin(), moved.bytes().end())) << size;
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), copy.bytes().begin(), copy.bytes().end())) << size;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(moved.bytes().data()) % 8, 0U);
  }
}

}  // namespace
}  // namespace larder
