// RocksDB as the source and the target of a copy.
#include <gtest/gtest.h>

#include "backends/rocksdb/blocks.h"
#include "larder/copy_store.h"
#include "larder/lmdb_store.h"
#include "larder/rocksdb_store.h"
#include "larder/scan.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

std::vector<std::vector<std::byte>> Records(Store& store) {
  std::vector<std::vector<std::byte>> records;
  EXPECT_TRUE(ScanStore(store, {}, [&](const Key& key, std::span<const std::byte> record) {
                if (key != Key::Marker()) records.emplace_back(record.begin(), record.end());
                return ScanAction::go_on;
              }).has_value());
  return records;
}

TEST(CopyOfRocksDb, ThereAndBackIsTheSameBytes) {
  const TempDir dir;
  RocksDbOptions options;
  options.path = dir / "rocksdb";
  auto rocksdb = OpenRocksDbStore(options);
  ASSERT_TRUE(rocksdb.has_value()) << rocksdb.error().ToString();
  for (std::uint64_t number = 1; number <= kBlocks; ++number) {
    ASSERT_TRUE((*rocksdb)->Write(BatchNumber(number), {.now = kBlocksNow}).has_value());
  }
  LmdbOptions lmdb_options;
  lmdb_options.path = dir / "lmdb";
  auto lmdb = OpenLmdbStore(lmdb_options);
  ASSERT_TRUE(lmdb.has_value()) << lmdb.error().ToString();
  options.path = dir / "back";
  auto back = OpenRocksDbStore(options);
  ASSERT_TRUE(back.has_value()) << back.error().ToString();

  CopyOptions copy;
  copy.now = kBlocksNow;
  EXPECT_EQ(CopyStore(**rocksdb, **lmdb, copy)->written, kBlocks * kBlockKeys);
  EXPECT_EQ(CopyStore(**lmdb, **back, copy)->written, kBlocks * kBlockKeys);
  EXPECT_EQ(Records(**lmdb), Records(**rocksdb));
  EXPECT_EQ(Records(**back), Records(**rocksdb));
  const auto again = CopyStore(**rocksdb, **back, copy);
  EXPECT_EQ(again->written, 0u);
  EXPECT_EQ(again->same, kBlocks * kBlockKeys);
}

}  // namespace
}  // namespace larder::testing
