// Collection, and bytes that changed under way.
#include "conformance/store_conformance.h"
#include "larder/record.h"

namespace larder::conformance {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

#define LARDER_SKIP_WITHOUT_COLLECT() \
  if (!engine().collects) GTEST_SKIP() << "skipped: " << engine().name << " drops by itself"

TEST_P(StoreConformance, CollectHasNothingToDoWhereTheEngineDropsByItself) {
  if (engine().collects) GTEST_SKIP() << "skipped: " << engine().name << " collects";
  Put(ImageKey(1), RecordOf(ImageKey(1), 64, 1, kNow - hours{1}));
  const auto progress = store().Collect({.now = kNow});
  ASSERT_TRUE(progress.has_value()) << progress.error().ToString();
  EXPECT_TRUE(progress->done());
  EXPECT_EQ(progress->removed, 0u);
}

TEST_P(StoreConformance, CollectDropsWhatIsExpiredAndNothingElse) {
  LARDER_SKIP_WITHOUT_COLLECT();
  WriteBatch batch;
  batch.Put(ImageKey(1), RecordOf(ImageKey(1), 64, 1, kNow - hours{1}));
  batch.Put(ImageKey(2), RecordOf(ImageKey(2), 64, 1, kNow));
  batch.Put(ImageKey(3), RecordOf(ImageKey(3), 64, 1, kNow + milliseconds{1}));
  batch.Put(ImageKey(4), RecordOf(ImageKey(4), 64, 1, Time{}));
  Apply(batch);
  CollectAll({.now = kNow});
  EXPECT_EQ(Contents(ImageKey(1)), std::nullopt);
  EXPECT_EQ(Contents(ImageKey(2)), std::nullopt);
  EXPECT_TRUE(Contents(ImageKey(3)).has_value());
  EXPECT_TRUE(Contents(ImageKey(4)).has_value());
}

TEST_P(StoreConformance, CollectDropsWhatExpiresBeforeTheFloor) {
  LARDER_SKIP_WITHOUT_COLLECT();
  WriteBatch batch;
  batch.Put(ImageKey(1), RecordOf(ImageKey(1), 64, 1, kNow + hours{1}));
  batch.Put(ImageKey(2), RecordOf(ImageKey(2), 64, 1, kNow + hours{2}));
  batch.Put(ImageKey(3), RecordOf(ImageKey(3), 64, 1, Time{}));
  Apply(batch);
  CollectAll({.now = kNow, .floor = kNow + hours{2}});
  EXPECT_EQ(Contents(ImageKey(1)), std::nullopt);
  EXPECT_TRUE(Contents(ImageKey(2)).has_value());
  EXPECT_TRUE(Contents(ImageKey(3)).has_value());
}

TEST_P(StoreConformance, CollectGoesOnWhereItStopped) {
  LARDER_SKIP_WITHOUT_COLLECT();
  WriteBatch batch;
  for (int i = 0; i < 3000; ++i) {
    batch.Put(ImageKey(i), RecordOf(ImageKey(i), 64, 1, i % 3 == 0 ? kNow + kRetention : kNow - hours{1}));
  }
  Apply(batch);
  CollectAll({.now = kNow, .budget = milliseconds{0}});
  for (int i = 0; i < 3000; ++i) EXPECT_EQ(Contents(ImageKey(i)).has_value(), i % 3 == 0) << i;
}

TEST_P(StoreConformance, WhatIsWrittenBetweenTwoSlicesStays) {
  LARDER_SKIP_WITHOUT_COLLECT();
  WriteBatch batch;
  for (int i = 0; i < 2000; ++i) batch.Put(ImageKey(i), RecordOf(ImageKey(i), 64, 1, kNow - hours{1}));
  Apply(batch);
  auto progress = store().Collect({.now = kNow, .budget = milliseconds{0}});
  ASSERT_TRUE(progress.has_value()) << progress.error().ToString();
  for (int i = 0; i < 2000; i += 50) Put(ImageKey(i), RecordOf(ImageKey(i), 64, 2));
  for (int slices = 0; !progress->done(); ++slices) {
    ASSERT_LT(slices, 10'000);
    progress = store().Collect({.now = kNow, .cursor = progress->cursor, .budget = milliseconds{0}});
    ASSERT_TRUE(progress.has_value()) << progress.error().ToString();
  }
  for (int i = 0; i < 2000; i += 50) EXPECT_EQ(SeedOf(Contents(ImageKey(i)).value_or(Bytes{})), 2u) << i;
}

TEST_P(StoreConformance, CollectDoesNotBelieveAClockThatRunsBackOrLeaps) {
  LARDER_SKIP_WITHOUT_COLLECT();
  Put(ImageKey(1), RecordOf(ImageKey(1), 64, 1, kNow + hours{24 * 10}));
  CollectAll({.now = kNow});
  if (engine().reopens) Reopen();
  for (const Time wrong : {kNow - hours{1}, kNow + hours{24 * 7 + 1}, kNow + hours{24 * 365}}) {
    const auto refused = store().Collect({.now = wrong});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr("clock"));
  }
  EXPECT_TRUE(Contents(ImageKey(1)).has_value());
  CollectAll({.now = kNow + hours{24 * 7}});
  EXPECT_TRUE(Contents(ImageKey(1)).has_value());
  CollectAll({.now = kNow + hours{24 * 365}, .force = true});
  EXPECT_EQ(Contents(ImageKey(1)), std::nullopt);
}

TEST_P(StoreConformance, AHeldReaderStillSeesWhatCollectDropped) {
  LARDER_SKIP_WITHOUT_COLLECT();
  if (!engine().traits.snapshot) GTEST_SKIP() << "skipped: " << engine().name << " has no snapshots";
  Put(ImageKey(1), RecordOf(ImageKey(1), 64, 1, kNow - hours{1}));
  auto reader = OpenReader();
  CollectAll({.now = kNow});
  EXPECT_TRUE(reader->Get(ImageKey(1)).has_value());
  EXPECT_EQ(Contents(ImageKey(1)), std::nullopt);
}

// Bits flip where no engine sees it. Each flip has a key of its own, so that one batch holds all of them.
TEST_P(StoreConformance, EverySingleFlippedBitIsDetected) {
  const std::size_t bits = RecordOf(ImageKey(0), 120).size() * 8;
  WriteBatch batch;
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const Key key = ImageKey(static_cast<int>(bit));
    Bytes record = RecordOf(key, 120);
    record[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    batch.Put(key, std::move(record));
  }
  Apply(batch);
  RecordBuf buffer;
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const Key key = ImageKey(static_cast<int>(bit));
    ASSERT_TRUE(store().Get(key, buffer).has_value());
    EXPECT_FALSE(VerifyRecord(key, buffer.bytes()).has_value()) << "bit " << bit;
  }
}

TEST_P(StoreConformance, ARecordUnderAnotherKeyIsDetected) {
  Put(ImageKey(2), RecordOf(ImageKey(1)));
  RecordBuf buffer;
  ASSERT_TRUE(store().Get(ImageKey(2), buffer).has_value());
  EXPECT_FALSE(VerifyRecord(ImageKey(2), buffer.bytes()).has_value());
}

TEST_P(StoreConformance, ABoundIsKeptByDroppingWhatExpiresFirst) {
  if (!engine().make_bounded) GTEST_SKIP() << "skipped: " << engine().name << " has no bound of its own";
  OpenBounded();
  const std::uint64_t bound = store().Stats()->max_bytes;
  ASSERT_GT(bound, 0u);
  Put(Key::Repository(kName), RecordOf(Key::Repository(kName), 200, 1, kNow + hours{1}));
  // Twice the bound, in batches; image i expires before image i + 1.
  const int images = static_cast<int>(2 * bound / 1024);
  for (int i = 0; i < images;) {
    WriteBatch batch;
    for (int j = 0; j < 512; ++j, ++i) {
      batch.Put(ImageKey(i), RecordOf(ImageKey(i), 1024, static_cast<unsigned>(i), kNow + hours{1 + i / 64}));
    }
    Apply(batch);
  }
  const auto stats = store().Stats();
  ASSERT_TRUE(stats.has_value());
  EXPECT_LE(stats->live_bytes, bound);
  EXPECT_GT(stats->evictions, 0u);
  EXPECT_EQ(Contents(ImageKey(0)), std::nullopt);
  EXPECT_TRUE(Contents(ImageKey(images - 1)).has_value());
  EXPECT_TRUE(Contents(ImageKey(images - 500)).has_value());
  EXPECT_TRUE(Contents(Key::Repository(kName)).has_value()) << "the state of a repository goes after its images";
}

}  // namespace
}  // namespace larder::conformance
