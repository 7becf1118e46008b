// Opens of a store that another process writes at this moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/rocksdb/blocks.h"
#include "backends/rocksdb/child_process.h"
#include "larder/lock_file.h"
#include "larder/rocksdb_store.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

using ::testing::HasSubstr;

class BesideAWriter : public ::testing::Test {
 protected:
  BesideAWriter() : path_(dir_ / "store"), writer_({"write", path_.string(), "1", "os"}) {}

  // Reads on until the writer has acknowledged a few more batches; the last one.
  std::uint64_t Acknowledged(int more = 5) {
    std::uint64_t last = 0;
    for (int i = 0; i < more; ++i) {
      const auto number = writer_.Next();
      EXPECT_TRUE(number.has_value()) << "the writer ended";
      last = number.value_or(0);
    }
    return last;
  }
  Result<std::unique_ptr<Store>> Open(RocksDbAccess access) {
    RocksDbOptions options;
    options.path = path_;
    options.access = access;
    options.catch_up = std::chrono::milliseconds{0};
    return OpenRocksDbStore(options);
  }
  static std::uint64_t Seen(Store& store, std::uint64_t number) {
    auto reader = store.OpenReader();
    std::string reason;
    return reader.has_value() ? NumberOfBlock(**reader, number % kBlocks, reason).value_or(0) : 0;
  }
  // Batch `number` was acknowledged before the store was opened, or caught up: its block has it, or a later one.
  static void ExpectSeen(Store& store, std::uint64_t number) {
    auto reader = store.OpenReader();
    ASSERT_TRUE(reader.has_value()) << reader.error().ToString();
    std::string reason;
    const auto seen = NumberOfBlock(**reader, number % kBlocks, reason);
    ASSERT_TRUE(seen.has_value()) << reason;
    EXPECT_GE(*seen, number);
  }

  const TempDir dir_;
  const std::filesystem::path path_;
  ChildProcess writer_;
};

TEST_F(BesideAWriter, ReadOnlyOpensNeverFailAndSeeWhatWasAcknowledged) {
  Acknowledged();
  for (int i = 0; i < 40; ++i) {
    const std::uint64_t number = Acknowledged(10);
    auto store = Open(RocksDbAccess::read_only);
    ASSERT_TRUE(store.has_value()) << i << ": " << store.error().ToString();
    ExpectSeen(**store, number);
    std::uint64_t records = 0;
    auto reader = (*store)->OpenReader();
    ASSERT_TRUE(reader.has_value());
    ASSERT_TRUE((*reader)
                    ->Scan({},
                           [&](const Key& key, std::span<const std::byte> record) {
                             EXPECT_TRUE(VerifyRecord(key, record).has_value());
                             ++records;
                             return ScanAction::go_on;
                           })
                    .has_value());
    EXPECT_GT(records, kBlockKeys);
  }
}

TEST_F(BesideAWriter, ReadOnlyShowsOneMoment) {
  const std::uint64_t number = Acknowledged();
  auto store = Open(RocksDbAccess::read_only);
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  RecordBuf before;
  const Key key = BlockKey(number % kBlocks, 0);
  ASSERT_TRUE((*store)->Get(key, before).has_value());
  Acknowledged(static_cast<int>(kBlocks) + 1);  // the block was written again
  RecordBuf after;
  ASSERT_TRUE((*store)->Get(key, after).has_value());
  EXPECT_EQ(NumberOf(after.bytes()), NumberOf(before.bytes()));
}

TEST_F(BesideAWriter, ASecondaryFollows) {
  Acknowledged();
  auto store = Open(RocksDbAccess::secondary);
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  EXPECT_FALSE((*store)->Traits().snapshot);
  for (int i = 0; i < 40; ++i) {
    const std::uint64_t number = Acknowledged(10);
    // A look may meet a log that the writer has just left; the next one sees what was in it.
    for (int looks = 0; looks < 3 && Seen(**store, number) < number; ++looks) {
    }
    ExpectSeen(**store, number);
  }
}

TEST_F(BesideAWriter, ReadersChangeNothing) {
  Acknowledged();
  for (const RocksDbAccess access : {RocksDbAccess::read_only, RocksDbAccess::secondary}) {
    auto store = Open(access);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    const auto written = (*store)->Write(BatchNumber(1), {.now = kBlocksNow});
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code, Errc::invalid_argument);
    const auto collected = (*store)->Collect({.now = kBlocksNow});
    ASSERT_FALSE(collected.has_value());
    EXPECT_EQ(collected.error().code, Errc::invalid_argument);
    EXPECT_TRUE((*store)->Flush().has_value());
    EXPECT_TRUE((*store)->Stats().has_value());
  }
  Acknowledged();  // the writer is none the worse for it
}

TEST_F(BesideAWriter, ASecondWriterIsRefusedWithTheHoldersName) {
  Acknowledged();
  const auto store = Open(RocksDbAccess::read_write);
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, Errc::unavailable);
  EXPECT_THAT(store.error().message, HasSubstr("pid " + std::to_string(writer_.pid()) + " on "));
  EXPECT_THAT(store.error().message, HasSubstr("(rocksdb_child)"));
  EXPECT_THAT(store.error().message, HasSubstr((path_ / LockFile::kFileName).string()));
  Acknowledged();
  writer_.Kill();
  EXPECT_TRUE(Open(RocksDbAccess::read_write).has_value()) << "a dead holder holds nothing";
}

}  // namespace
}  // namespace larder::testing
