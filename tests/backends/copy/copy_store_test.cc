#include "larder/copy_store.h"

#include <gtest/gtest.h>

#include <map>

#include "larder/image_record.h"
#include "larder/lmdb_store.h"
#include "larder/marker.h"
#include "larder/memory_store.h"
#include "larder/scan.h"
#include "support/temp_dir.h"

namespace larder {
namespace {

constexpr Time kNow{std::chrono::seconds(1'704'067'200)};

void Fill(Store& store, int images) {
  WriteOptions options;
  options.now = kNow;
  WriteBatch batch;
  for (int i = 0; i < images; ++i) {
    ImageRecord record;
    record.status = EntryStatus::image;
    record.info.id = ImageRef::Parse("ghcr.io/a/b" + std::to_string(i % 7) + ":v" + std::to_string(i)).value();
    record.expiry = kNow + std::chrono::days(i % 10 == 9 ? -1 : 30);
    batch.Put(KeyOf(record), BuildImageRecord(record).value());
  }
  ASSERT_TRUE(store.Write(batch, options).has_value());
}

std::map<std::string, std::vector<std::byte>> Live(Store& store) {
  std::map<std::string, std::vector<std::byte>> records;
  EXPECT_TRUE(ScanStore(store, {}, [&](const Key& key, std::span<const std::byte> bytes) {
                const auto header = VerifyRecord(key, bytes);
                if (key.kind() != RecordKind::marker && header.has_value() && IsLive(*header, kNow)) {
                  records[key.ToHex()].assign(bytes.begin(), bytes.end());
                }
                return ScanAction::go_on;
              }).has_value());
  return records;
}

CopyOptions At(Time now) {
  CopyOptions options;
  options.now = now;
  return options;
}

TEST(CopyStore, CopiesEveryLiveRecordAndASecondRunWritesNothing) {
  const testing::TempDir dir;
  auto memory = OpenMemoryStore().value();
  Fill(*memory, 3'000);
  LmdbOptions options;
  options.path = (dir.path() / "store").string();
  auto lmdb = OpenLmdbStore(options).value();

  auto first = CopyStore(*memory, *lmdb, At(kNow)).value();
  EXPECT_EQ(first.read, 3'000U);
  EXPECT_EQ(first.written, 2'700U);
  EXPECT_EQ(first.expired, 300U);
  EXPECT_EQ(first.failed, 0U);
  EXPECT_EQ(Live(*lmdb), Live(*memory));

  auto second = CopyStore(*memory, *lmdb, At(kNow)).value();
  EXPECT_EQ(second.written, 0U);
  EXPECT_EQ(second.same, 2'700U);

  auto back = OpenMemoryStore().value();
  EXPECT_EQ(CopyStore(*lmdb, *back, At(kNow))->written, 2'700U);
  EXPECT_EQ(Live(*back), Live(*memory));
}

TEST(CopyStore, ADryRunWritesNothing) {
  auto from = OpenMemoryStore().value();
  auto to = OpenMemoryStore().value();
  Fill(*from, 100);
  auto options = At(kNow);
  options.dry_run = true;
  EXPECT_EQ(CopyStore(*from, *to, options)->written, 90U);
  EXPECT_TRUE(Live(*to).empty());
}

TEST(CopyStore, BrokenRecordsStayBehindAndAreCounted) {
  auto from = OpenMemoryStore().value();
  auto to = OpenMemoryStore().value();
  Fill(*from, 10);
  WriteBatch batch;
  batch.Put(Key::Image("ghcr.io/a/x", "1"), std::vector<std::byte>(64, std::byte{7}));
  ASSERT_TRUE(from->Write(batch, WriteOptions{kNow}).has_value());
  const auto report = CopyStore(*from, *to, At(kNow)).value();
  EXPECT_EQ(report.broken, 1U);
  EXPECT_EQ(report.newer, 0U);
  EXPECT_EQ(report.written, 9U);
}

TEST(CopyStore, RecordsOfANewerFormatStayBehindAndAreNoDamage) {
  auto from = OpenMemoryStore().value();
  auto to = OpenMemoryStore().value();
  Fill(*from, 10);
  const Key key = Key::Image("ghcr.io/a/x", "1");
  RecordHeader header;
  header.format = kFormatVersion + 1;
  header.kind = RecordKind::image;
  WriteBatch batch;
  batch.Put(key, MakeRecord(key, header, std::vector<std::byte>(64)).value());
  ASSERT_TRUE(from->Write(batch, WriteOptions{kNow}).has_value());
  const auto report = CopyStore(*from, *to, At(kNow)).value();
  EXPECT_EQ(report.newer, 1U);
  EXPECT_EQ(report.broken, 0U);
  EXPECT_EQ(report.written, 9U);
}

TEST(CopyStore, CanBeStoppedAndGoesOnInAnotherRun) {
  auto from = OpenMemoryStore().value();
  auto to = OpenMemoryStore().value();
  Fill(*from, 2'000);
  auto options = At(kNow);
  options.progress = [](const CopyReport&) { return ScanAction::stop; };
  EXPECT_EQ(CopyStore(*from, *to, options).error().code, Errc::cancelled);
  const auto rest = CopyStore(*from, *to, At(kNow)).value();
  EXPECT_GT(rest.same, 0U);
  EXPECT_EQ(Live(*to), Live(*from));
}

}  // namespace
}  // namespace larder
