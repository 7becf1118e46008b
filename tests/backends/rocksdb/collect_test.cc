// Collect on many files: counts, the space that comes back, and which clock the background rewriting believes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "backends/rocksdb/blocks.h"
#include "larder/rocksdb_store.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class RocksDbCollect : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    store_.reset();
    RocksDbOptions options;
    options.path = dir_ / "store";
    options.durability = RocksDbDurability::os;
    options.write_buffer_bytes = 64 << 10;
    options.max_bytes = 64 << 20;
    auto store = OpenRocksDbStore(options);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    store_ = std::move(*store);
  }
  static Key ImageKey(int i) { return Key::Image("registry.example/app", std::to_string(i)); }
  void Put(int from, int to, Time expiry, Time now = kBlocksNow) {
    for (int i = from; i < to;) {
      WriteBatch batch;
      for (int j = 0; j < 512 && i < to; ++j, ++i) batch.Put(ImageKey(i), NumberedRecord(ImageKey(i), 1, 400, expiry));
      const auto written = store_->Write(batch, {.now = now});
      ASSERT_TRUE(written.has_value()) << written.error().ToString();
    }
  }
  CollectProgress CollectAll(CollectSlice slice) {
    CollectProgress sum;
    do {
      const auto progress = store_->Collect(slice);
      EXPECT_TRUE(progress.has_value()) << progress.error().ToString();
      if (!progress.has_value()) break;
      sum.scanned += progress->scanned;
      sum.removed += progress->removed;
      slice.cursor = progress->cursor;
    } while (slice.cursor.has_value());
    return sum;
  }
  bool Has(int i) {
    RecordBuf buffer;
    return store_->Get(ImageKey(i), buffer).has_value();
  }
  std::string Figure(std::string_view name) {
    const auto stats = store_->Stats();
    for (const auto& [key, value] : stats->engine) {
      if (key == name) return value;
    }
    return "";
  }

  const TempDir dir_;
  std::unique_ptr<Store> store_;
};

TEST_F(RocksDbCollect, CountsWhatItScansAndRemoves) {
  Put(0, 3000, kBlocksNow + hours{1});
  Put(3000, 4000, kBlocksNow + hours{100});
  const auto sum = CollectAll({.now = kBlocksNow + hours{2}, .budget = milliseconds{0}});
  EXPECT_EQ(sum.scanned, 4000u);
  EXPECT_EQ(sum.removed, 3000u);
  EXPECT_FALSE(Has(0));
  EXPECT_TRUE(Has(3999));
  EXPECT_EQ(CollectAll({.now = kBlocksNow + hours{2}}).removed, 0u);
}

TEST_F(RocksDbCollect, ASliceStopsWhenItsBudgetIsUsed) {
  Put(0, 5000, kBlocksNow + hours{1});
  const auto progress = store_->Collect({.now = kBlocksNow, .budget = milliseconds{0}});
  ASSERT_TRUE(progress.has_value());
  EXPECT_FALSE(progress->done());
  EXPECT_LT(progress->scanned, 2000u);
}

TEST_F(RocksDbCollect, GivesTheSpaceBack) {
  Put(0, 20'000, kBlocksNow + hours{1});
  Put(20'000, 22'000, kBlocksNow + hours{100});
  const std::uint64_t before = store_->Stats()->file_bytes;
  CollectAll({.now = kBlocksNow + hours{2}});
  // The engine's threads rewrite in their own time; each look yields to them.
  std::uint64_t after = before;
  for (int looks = 0; looks < 100'000 && after > before / 2; ++looks) after = store_->Stats()->file_bytes;
  EXPECT_LT(after, before / 2);
  EXPECT_TRUE(Has(21'999));
}

TEST_F(RocksDbCollect, TheMarkerRemembersTheLastCollect) {
  EXPECT_EQ(Figure("last collect"), "never");
  CollectAll({.now = kBlocksNow});
  EXPECT_EQ(Figure("last collect"), "2026-01-01T00:00:00Z");
  Open();
  EXPECT_EQ(Figure("last collect"), "2026-01-01T00:00:00Z");
}

TEST_F(RocksDbCollect, BackgroundRewritingDoesNotBelieveAClockThatLeaps) {
  CollectAll({.now = kBlocksNow});
  Put(0, 2000, kBlocksNow + hours{24 * 30});
  // A writer whose clock is a century ahead, and enough of its writes to rewrite every file several times.
  const Time wrong = kBlocksNow + hours{24 * 36'500};
  for (int round = 0; round < 5; ++round) Put(10'000, 14'000, wrong + hours{1}, wrong);
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(Has(i)) << i;
}

TEST_F(RocksDbCollect, ARefusalSaysWhereAndWhatToDo) {
  CollectAll({.now = kBlocksNow});
  const auto wrong_clock = store_->Collect({.now = kBlocksNow - hours{1}});
  store_.reset();
  RocksDbOptions options;
  options.path = dir_ / "store";
  options.access = RocksDbAccess::read_only;
  const auto reader = OpenRocksDbStore(options);
  ASSERT_TRUE(reader.has_value()) << reader.error().ToString();
  const auto collected = (*reader)->Collect({.now = kBlocksNow});
  const auto written = (*reader)->Write(BatchNumber(1), {.now = kBlocksNow});
  ASSERT_FALSE(wrong_clock.has_value() || collected.has_value() || written.has_value());
  for (const auto& [error, advice] :
       {std::pair{wrong_clock.error(), "check the clock"}, std::pair{collected.error(), "open it for writing"},
        std::pair{written.error(), "open it for writing"}}) {
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message, ::testing::HasSubstr(options.path.string()));
    EXPECT_THAT(error.message, ::testing::HasSubstr(advice));
  }
}

}  // namespace
}  // namespace larder::testing
