#include "larder/image_record.h"

#include <gtest/gtest.h>

#include "larder/image_view.h"

namespace larder {
namespace {

Digest Sha256(char digit) { return Digest::Parse("sha256:" + std::string(64, digit)).value(); }

ImageRecord Example() {
  ImageRecord record;
  record.status = EntryStatus::image;
  record.info.id = ImageRef::Parse("ghcr.io/fluxcd/flux-cli:v2.3.0").value();
  record.info.digest = Sha256('a');
  record.info.platform_digest = Sha256('b');
  record.info.image_id = "sha256:" + std::string(64, 'c');
  record.info.created_at = ParseTimestamp("2024-05-13T14:22:01.123456789Z").value();
  record.info.label_times.build_date = ParseTimestamp("2024-05-13T14:00:00Z").value();
  record.info.label_times.created = ParseTimestamp("2024-05-13T15:00:00.5Z").value();
  record.info.annotation_created = ParseTimestamp("2024-05-13T16:00:00Z").value();
  record.info.platform = Platform::Parse("linux/arm64/v8").value();
  record.info.labels = {{"org.opencontainers.image.version", "v2.3.0"}, {"com.example.team", "a=b"}, {"empty", ""}};
  record.info.first_seen = Timestamp::FromTime(Time{Duration{1'700'000'000'000}});
  record.info.last_fetched = Time{Duration{1'715'000'000'250}};
  record.interval = std::chrono::hours(3);
  record.failures = 2;
  record.last_error = "timeout";
  record.deadline = Time{Duration{1'715'010'000'000}};
  record.expiry = Time{Duration{1'717'000'000'000}};
  return record;
}

ImageView ViewOf(const ImageRecord& record) {
  RecordBuf buffer;
  buffer.Assign(BuildImageRecord(record).value());
  return ImageView::Make(KeyOf(record), std::move(buffer)).value();
}

TEST(ImageRecord, ReadsBackAsItWasWritten) {
  const auto record = Example();
  EXPECT_EQ(ViewOf(record).ToRecord(), record);
}

TEST(ImageRecord, EveryFieldCanBeReadInPlace) {
  const auto record = Example();
  const auto view = ViewOf(record);
  EXPECT_EQ(view.status(), EntryStatus::image);
  EXPECT_EQ(view.name(), "ghcr.io/fluxcd/flux-cli");
  EXPECT_EQ(view.tag(), "v2.3.0");
  EXPECT_EQ(view.digest(), record.info.digest);
  EXPECT_EQ(view.platform_digest(), record.info.platform_digest);
  EXPECT_EQ(view.image_id(), record.info.image_id);
  EXPECT_EQ(view.created(), record.info.created_at);
  EXPECT_EQ(view.label_times(), record.info.label_times);
  EXPECT_EQ(view.annotation_created(), record.info.annotation_created);
  EXPECT_EQ(view.platform().ToString(), "linux/arm64/v8");
  EXPECT_EQ(view.label("com.example.team"), "a=b");
  EXPECT_EQ(view.label("empty"), "");
  EXPECT_EQ(view.label("absent"), std::nullopt);
  EXPECT_EQ(view.first_seen(), record.info.first_seen.ToTime());
  EXPECT_EQ(view.last_checked(), record.info.last_fetched);
  EXPECT_EQ(view.interval(), record.interval);
  EXPECT_EQ(view.failures(), 2U);
  EXPECT_EQ(view.last_error(), "timeout");
}

TEST(ImageRecord, KeepsTheCallersSpellingWhereAsked) {
  auto record = Example();
  record.info.id = ImageRef::Parse("alpine:3.19").value();
  const auto view = ViewOf(record);
  EXPECT_EQ(view.ToInfo().id.ToString(), "index.docker.io/library/alpine:3.19");
  EXPECT_EQ(view.ToInfo(ImageName::Parse("alpine").value()).id.ToString(), "alpine:3.19");
}

TEST(ImageRecord, OddValuesSurvive) {
  auto record = Example();
  record.info.digest = Digest::Parse("sha512:" + std::string(128, 'd')).value();
  record.info.platform_digest = Digest::Parse("sha512:" + std::string(128, 'e')).value();
  record.info.image_id = std::string(64, '5');  // schema1: without an algorithm
  record.info.platform = Platform::Parse("plan9/riscv128/vx").value();
  record.announced = "sha256:" + std::string(64, '9');
  record.gone_since = Time{Duration{1'700'000'123'000}};
  record.info.created_at = Timestamp();
  EXPECT_EQ(ViewOf(record).ToRecord(), record);
  record.info.platform_digest = record.info.digest;
  EXPECT_EQ(ViewOf(record).ToRecord(), record);
  record.info.image_id = "not a digest at all";
  EXPECT_EQ(ViewOf(record).ToRecord(), record);
}

TEST(ImageRecord, TheLargestOfEachKindFitsItsPage) {
  auto record = Example();
  std::string name = "registry.example.com/";
  while (name.size() < kMaxNameLength) name += name.size() % 20 == 0 ? "/a" : "a";
  name.resize(kMaxNameLength, 'a');
  record.info.id = ImageRef::Parse(name + ":" + std::string(kMaxTagLength, 't')).value();
  record.info.digest = Digest::Parse("sha512:" + std::string(128, 'd')).value();
  record.info.platform_digest = Digest::Parse("sha512:" + std::string(128, 'e')).value();
  record.info.image_id = std::string(200, 'x');
  record.info.platform = Platform{std::string(90, 'o'), "a", "v"};
  record.info.labels.clear();
  for (int i = 0; i < 2000; ++i) record.info.labels["l" + std::to_string(i)] = "v";
  record.last_error = std::string(5000, 'e');
  record.announced = std::string(500, 'n');
  const auto view = ViewOf(record);
  EXPECT_LE(view.record_bytes(), kMaxRecordBytes);
  EXPECT_TRUE(view.ToInfo().labels_truncated);
  EXPECT_FALSE(view.ToInfo().labels.empty());
  EXPECT_EQ(view.last_error().size(), kMaxReasonBytes);

  record.status = EntryStatus::excluded;
  record.excluded_reason = std::string(5000, 'r');
  EXPECT_LE(ViewOf(record).record_bytes(), kMaxRecordBytes);
}

TEST(ImageRecord, TextsAreCutBetweenCharacters) {
  auto record = Example();
  record.last_error = std::string(kMaxReasonBytes - 1, 'e') + "\xC3\xA9";  // the last character would be cut in two
  EXPECT_EQ(ViewOf(record).last_error(), std::string(kMaxReasonBytes - 1, 'e'));
}

TEST(ImageRecord, WithoutATagIsRefused) {
  auto record = Example();
  record.info.id = ImageRef(record.info.id.name(), "");
  EXPECT_EQ(BuildImageRecord(record).error().code, Errc::invalid_argument);
}

TEST(ImageRecord, ATagWithAColonIsRefused) {
  auto record = Example();
  record.info.id = ImageRef(record.info.id.name(), "a:b");
  EXPECT_EQ(BuildImageRecord(record).error().code, Errc::invalid_argument);
}

TEST(ImageView, EverySingleFlippedBitIsCorruption) {
  const auto record = Example();
  const auto bytes = BuildImageRecord(record).value();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto broken = bytes;
    broken[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    RecordBuf buffer;
    buffer.Assign(broken);
    EXPECT_FALSE(ImageView::Make(KeyOf(record), std::move(buffer)).has_value()) << "bit " << bit;
  }
}

// Whoever can write to an open store can make a checksum too: structure is checked on its own.
TEST(ImageView, NoBytesWithAGoodChecksumCrashTheReader) {
  const auto record = Example();
  const auto good = BuildImageRecord(record).value();
  RecordHeader header;
  header.kind = RecordKind::image;
  std::uint32_t seed = 1;
  int readable = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> payload(good.begin() + kRecordHeaderBytes, good.end());
    for (int change = 0; change < 1 + round % 4; ++change) {
      seed = seed * 1664525 + 1013904223;
      payload[(seed >> 8) % payload.size()] = static_cast<std::byte>(seed >> 24);
    }
    RecordBuf buffer;
    buffer.Assign(MakeRecord(KeyOf(record), header, payload).value());
    auto view = ImageView::Make(KeyOf(record), std::move(buffer));
    if (!view.has_value()) continue;
    ++readable;
    const auto read = view->ToRecord();
    EXPECT_EQ(read.info.id.tag(), "v2.3.0");
  }
  EXPECT_GT(readable, 0);
}

TEST(ImageView, AnEntryThatIsNoImageIsNeverAnEmptyOne) {
  for (const auto status : {EntryStatus::excluded, EntryStatus::missing, EntryStatus::pending, EntryStatus::failed}) {
    auto record = Example();
    record.status = status;
    record.last_error.clear();
    EXPECT_FALSE(ViewOf(record).ToEntry().excluded_reason.empty()) << EntryStatusName(status);
  }
}

}  // namespace
}  // namespace larder
