// The bound: what is evicted, and that it never makes a write fail.
#include <algorithm>
#include <random>

#include "backends/lmdb/lmdb_fixture.h"
#include "larder/record.h"

namespace larder {
namespace {

using LmdbBoundTest = LmdbTest;
using std::chrono::hours;

std::uint64_t Figure(const StoreStats& stats, std::string_view wanted) {
  for (const auto& [name, value] : stats.engine) {
    if (name == wanted) return std::stoull(value);
  }
  ADD_FAILURE() << "no figure " << wanted;
  return 0;
}

// By which larder/lmdb_store.h says that the file may be larger than max_bytes, for a batch of puts.
std::uint64_t StatedSlack(const WriteBatch& batch, const StoreStats& stats) {
  std::uint64_t pages = 0;
  for (const WriteOp& op : batch.ops()) pages += op.record.size() > 1990 ? 3 : 2;
  const std::uint64_t depth = Figure(stats, "depth");
  pages += std::min<std::uint64_t>(Figure(stats, "branch_pages"), batch.size() * depth) + 2 * depth;
  pages += pages / 128 + 16;
  return std::max<std::uint64_t>(8 << 20, 4 * pages * 4096) + 4096;
}

// LARDER_CHURN_PUTS=2000000 in a release build is the full run.
TEST_F(LmdbBoundTest, ChurnNeverFailsAndKeepsTheBound) {
  constexpr std::uint64_t kBound = std::uint64_t{64} << 20;
  const int puts = Knob("LARDER_CHURN_PUTS", 60'000);
  const std::uint64_t bound = puts >= 1'000'000 ? kBound : kBound / 16;
  auto store = Open(Options(bound));
  std::mt19937 random(301);
  std::uint64_t largest = 0;
  std::uint64_t slack = 0;
  for (int written = 0; written < puts; written += 512) {
    WriteBatch batch;
    for (int i = 0; i < 512; ++i) {
      const Key key =
          ImageKey(static_cast<int>(random() % 1'000'000), "docker.io/library/r" + std::to_string(random() % 50));
      const std::size_t payload = random() % 50 == 0 ? 3000 : 150 + random() % 20 * 8;
      batch.Put(key, RecordOf(key, payload / 8 * 8, 1, kNow + hours{random() % 720}));
    }
    slack = std::max(slack, StatedSlack(batch, store->Stats().value()));
    const auto error = WriteAll(*store, batch);
    ASSERT_EQ(error, std::nullopt) << error->ToString() << " after " << written;
    const StoreStats now = store->Stats().value();
    largest = std::max(largest, now.live_bytes);
    ASSERT_LE(now.file_bytes, bound + slack) << "after " << written;
  }
  const StoreStats stats = store->Stats().value();
  EXPECT_EQ(Figure(stats, "reserve_bytes"), slack - 4096) << "what is stated is what is held";
  EXPECT_LE(largest, bound);
  EXPECT_GT(largest, bound / 2);
  EXPECT_GT(stats.evictions, 0u);
  EXPECT_GT(stats.records * 950, stats.live_bytes) << "bytes a record after churn";
  RecordProperty("largest_bytes", std::to_string(largest));
  RecordProperty("file_bytes", std::to_string(stats.file_bytes));
  RecordProperty("records", std::to_string(stats.records));
  RecordProperty("evictions", std::to_string(stats.evictions));
  std::uint64_t verified = 0;
  const auto scanned = store->OpenReader().value()->Scan({}, [&](const Key& key, std::span<const std::byte> record) {
    verified += VerifyRecord(key, record).has_value() ? 1 : 0;
    return ScanAction::go_on;
  });
  ASSERT_TRUE(scanned.has_value());
  EXPECT_EQ(verified, stats.records);
}

// New repositories are neighbours, what goes is scattered: no page empties for long.
TEST_F(LmdbBoundTest, ScatteredEvictionMakesRoomForNeighbours) {
  constexpr std::uint64_t kBound = 4 << 20;
  auto store = Open(Options(kBound));
  std::mt19937 random(301);
  for (int repository = 0; repository < 400; ++repository) {
    const std::string name = "docker.io/library/r" + std::to_string(repository);
    WriteBatch batch;
    for (int i = 0; i < 128; ++i) {
      const Key key = ImageKey(i, name);
      batch.Put(key, RecordOf(key, 184, 1, kNow + hours{repository / 4 + random() % 200}));
    }
    const auto error = WriteAll(*store, batch);
    ASSERT_EQ(error, std::nullopt) << error->ToString();
    ASSERT_LE(store->Stats()->live_bytes, kBound) << "repository " << repository;
  }
}

// As a copy does: a store that was copied is as small as it gets.
TEST_F(LmdbBoundTest, WhatComesInTheOrderOfKeysFillsItsPages) {
  std::vector<Key> keys;
  for (int i = 0; i < 8192; ++i) keys.push_back(ImageKey(i));
  std::ranges::sort(keys);
  auto store = Open(Options(64 << 20));
  for (std::size_t from = 0; from < keys.size(); from += 512) {
    WriteBatch batch;
    for (std::size_t i = from; i < from + 512; ++i) {
      batch.Put(keys[i], RecordOf(keys[i], 184, 1, kNow + hours{1}));
    }
    ASSERT_EQ(WriteAll(*store, batch), std::nullopt);
  }
  // 216 bytes, the key's 24 and LMDB's 10: 16 to a page.
  EXPECT_LT(store->Stats()->live_bytes, keys.size() * 275);
  for (const Key& key : keys) ASSERT_TRUE(Has(*store, key));
}

TEST_F(LmdbBoundTest, WhatExpiresFirstGoesFirst) {
  auto store = Open(Options(4 << 20));
  std::vector<int> hours_of(12'000);
  std::mt19937 random(301);
  for (int& each : hours_of) each = static_cast<int>(1 + random() % 700);
  for (int i = 0; i < 12'000; i += 400) {
    WriteBatch batch;
    for (int j = i; j < i + 400; ++j) {
      batch.Put(ImageKey(j), RecordOf(ImageKey(j), 184, 1, kNow + hours{hours_of[static_cast<std::size_t>(j)]}));
    }
    ASSERT_EQ(WriteAll(*store, batch), std::nullopt);
  }
  int soon = 0, soon_kept = 0, late = 0, late_kept = 0;
  for (int i = 0; i < 6'000; ++i) {  // written before anything was evicted
    const bool kept = Has(*store, ImageKey(i));
    if (hours_of[static_cast<std::size_t>(i)] < 70) {
      ++soon;
      soon_kept += kept ? 1 : 0;
    } else if (hours_of[static_cast<std::size_t>(i)] > 630) {
      ++late;
      late_kept += kept ? 1 : 0;
    }
  }
  EXPECT_EQ(soon_kept, 0) << "of " << soon;
  EXPECT_EQ(late_kept, late);
}

// A sweep for images is under way when the tag blocks expire: it is given up.
TEST_F(LmdbBoundTest, WhatExpiresAfterASweepWasPlannedGoesBeforeTheImagesOfThatSweep) {
  constexpr int kBlocks = 400;
  auto store = Open(Options(4 << 20));
  WriteBatch blocks;
  for (std::uint32_t i = 0; i < kBlocks; ++i) {
    const Key key = Key::TagBlock(conformance::kName, 1, i);
    blocks.Put(key, RecordOf(key, 1000, 1, kNow + hours{1}));
  }
  ASSERT_EQ(WriteAll(*store, blocks), std::nullopt);
  int images = 0;
  const auto write_until_evicted = [&](Time now) {
    const std::uint64_t before = store->Stats()->evictions;
    while (images < 40'000 && store->Stats()->evictions == before) {
      EXPECT_TRUE(store->Write(Images(images, 100, 184, kNow + hours{700}), {.now = now}).has_value());
      images += 100;
    }
    return store->Stats()->evictions - before;
  };
  ASSERT_GT(write_until_evicted(kNow), 0u);
  std::vector<int> kept;
  for (int i = 0; i < images; ++i) {
    if (Has(*store, ImageKey(i))) kept.push_back(i);
  }
  EXPECT_LT(kept.size(), static_cast<std::size_t>(images));
  const int before = images;
  const std::uint64_t evicted = write_until_evicted(kNow + hours{1});
  std::uint64_t gone = 0;
  for (const WriteOp& op : blocks.ops()) gone += Has(*store, op.key) ? 0 : 1;
  EXPECT_GT(gone, 0u);
  EXPECT_EQ(gone, evicted);
  for (const int i : kept) ASSERT_TRUE(Has(*store, ImageKey(i))) << i;
  for (int i = before; i < images; ++i) ASSERT_TRUE(Has(*store, ImageKey(i))) << i;
}

TEST_F(LmdbBoundTest, TagBlocksAndStatesOutliveImages) {
  auto store = Open(Options(2 << 20));
  const std::string_view name = conformance::kName;
  WriteBatch batch;
  for (std::uint32_t i = 0; i < 20; ++i) {
    const Key key = Key::TagBlock(name, 1, i);
    batch.Put(key, RecordOf(key, 1000, 1, kNow + hours{1}));
  }
  batch.Put(Key::Repository(name), RecordOf(Key::Repository(name), 200, 1, kNow + hours{1}));
  batch.Put(Key::Lease(name), RecordOf(Key::Lease(name), 64, 1, kNow + hours{1}));
  ASSERT_EQ(WriteAll(*store, batch), std::nullopt);
  for (int i = 0; i < 20'000; i += 200) {
    ASSERT_EQ(WriteAll(*store, Images(i, 200, 184, kNow + hours{700})), std::nullopt);
  }
  EXPECT_GT(store->Stats()->evictions, 0u);
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_TRUE(Has(*store, Key::TagBlock(name, 1, i)));
  EXPECT_TRUE(Has(*store, Key::Repository(name)));
  EXPECT_TRUE(Has(*store, Key::Lease(name)));
}

TEST_F(LmdbBoundTest, EvictionIsSaidOnceWhenItBeginsAndOnceWhenItEnds) {
  std::vector<std::string> said;
  LmdbOptions options = Options(2 << 20);
  options.log = [&](LogLevel, std::string_view text) { said.emplace_back(text); };
  auto store = Open(options);
  for (int i = 0; i < 20'000; i += 200) ASSERT_EQ(WriteAll(*store, Images(i, 200)), std::nullopt);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], HasSubstr("evicted"));
}

TEST_F(LmdbBoundTest, ASmallerBoundIsMetByAndBy) {
  {
    auto store = Open(Options(16 << 20));
    for (int i = 0; i < 30'000; i += 500) ASSERT_EQ(WriteAll(*store, Images(i, 500)), std::nullopt);
  }
  auto store = Open(Options(4 << 20));
  EXPECT_GT(store->Stats()->live_bytes, 4u << 20);
  for (int i = 0; i < 3'000; i += 100) ASSERT_EQ(WriteAll(*store, Images(i, 100)), std::nullopt);
  EXPECT_LE(store->Stats()->live_bytes, 4u << 20);
}

TEST_F(LmdbBoundTest, ABatchLargerThanTheReserveGrowsTheMap) {
  auto store = Open(Options(64 << 20));
  const auto map = [&] { return Figure(store->Stats().value(), "map_bytes"); };
  const auto before = map();
  ASSERT_EQ(WriteAll(*store, Images(0, 4000)), std::nullopt);
  EXPECT_GT(map(), before);
  EXPECT_TRUE(Has(*store, ImageKey(3999)));
}

}  // namespace
}  // namespace larder
