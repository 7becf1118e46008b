// Random changes against a map, on a store whose records lie in memory and in many files at once.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "backends/rocksdb/blocks.h"
#include "larder/rocksdb_store.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

using Model = std::map<Key, std::uint64_t>;
constexpr int kNames = 12;
constexpr int kTags = 300;

std::string Name(int i) { return "registry.example/team/app-" + std::to_string(i); }

class RocksDbModel : public ::testing::Test {
 protected:
  void Open() {
    store_.reset();
    RocksDbOptions options;
    options.path = dir_ / "store";
    options.durability = RocksDbDurability::os;
    options.write_buffer_bytes = 64 << 10;
    options.max_bytes = 128 << 20;
    options.block_bytes = 1024;
    auto store = OpenRocksDbStore(options);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    store_ = std::move(*store);
  }
  int Pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  Key RandomKey() {
    const std::string name = Name(Pick(kNames));
    switch (Pick(8)) {
      case 0:
        return Key::Repository(name);
      case 1:
        return Key::TagBlock(name, static_cast<std::uint32_t>(Pick(3)), static_cast<std::uint32_t>(Pick(9)));
      default:
        return Key::Image(name, std::to_string(Pick(kTags)));
    }
  }
  void ChangeAtRandom() {
    WriteBatch batch;
    for (int i = Pick(300); i >= 0; --i) {
      const Key key = RandomKey();
      if (Pick(4) == 0) {
        batch.Remove(key);
        model_.erase(key);
      } else {
        batch.Put(key, NumberedRecord(key, ++number_, 8 * static_cast<std::size_t>(1 + Pick(120))));
        model_[key] = number_;
      }
    }
    const auto written = store_->Write(batch, {.now = kBlocksNow});
    ASSERT_TRUE(written.has_value()) << written.error().ToString();
  }
  KeyRange RandomRange() {
    switch (Pick(6)) {
      case 0:
        return KeyRange::All();
      case 1:
        return KeyRange::OfKind(RecordKind::tags);
      case 2:
        return KeyRange::OfRepository(RecordKind::image, Name(Pick(kNames)));
      case 3:
        return KeyRange::OfTagBlocks(Name(Pick(kNames)), static_cast<std::uint32_t>(Pick(3)));
      case 4:
        return {RandomKey(), KeyRange::OfRepository(RecordKind::image, Name(Pick(kNames))).end, false};
      default:
        return {RandomKey(), RandomKey(), false};
    }
  }
  void CheckScan(Reader& reader, const KeyRange& range, bool headers_only) {
    Model expected;
    for (const auto& [key, number] : model_) {
      if (range.Contains(key)) expected.emplace(key, headers_only ? 0 : number);
    }
    Model seen;
    Key last;
    const auto scanned = reader.Scan({range, headers_only}, [&](const Key& key, std::span<const std::byte> record) {
      EXPECT_LE(last, key);
      last = key;
      EXPECT_TRUE(ReadHeader(key, record).has_value());
      seen.emplace(key, NumberOf(record));
      return ScanAction::go_on;
    });
    ASSERT_TRUE(scanned.has_value()) << scanned.error().ToString();
    ASSERT_EQ(seen, expected);
  }
  void CheckGets(Reader& reader) {
    std::vector<Key> keys;
    for (int i = 0; i < 100; ++i) keys.push_back(RandomKey());
    reader.GetMany(keys, [&](std::size_t i, Result<std::span<const std::byte>> record) {
      const auto expected = model_.find(keys[i]);
      ASSERT_EQ(record.has_value(), expected != model_.end());
      EXPECT_TRUE(!record.has_value() || NumberOf(*record) == expected->second);
    });
    RecordBuf buffer;
    const auto got = store_->Get(keys[0], buffer);
    ASSERT_EQ(got.has_value(), model_.contains(keys[0]));
    EXPECT_TRUE(!got.has_value() || NumberOf(buffer.bytes()) == model_[keys[0]]);
  }

  const TempDir dir_;
  std::unique_ptr<Store> store_;
  Model model_;
  std::uint64_t number_ = 0;
  std::mt19937 random_{7};
};

TEST_F(RocksDbModel, AnswersAsAMapWould) {
  Open();
  for (int round = 0; round < 60; ++round) {
    if (round % 15 == 14) Open();
    for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(ChangeAtRandom());
    auto reader = store_->OpenReader();
    ASSERT_TRUE(reader.has_value());
    for (int i = 0; i < 4; ++i) ASSERT_NO_FATAL_FAILURE(CheckScan(**reader, RandomRange(), Pick(2) == 0)) << round;
    ASSERT_NO_FATAL_FAILURE(CheckGets(**reader)) << round;
  }
}

}  // namespace
}  // namespace larder::testing
