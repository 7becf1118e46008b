// Collection, and bytes that changed under way.
#include "conformance/store_conformance.h"
#include "larder/cache.h"
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

// It drops what is there, and is forgotten: a lease, which ends sooner than most floors, holds all the same.
TEST_P(StoreConformance, AFloorIsOfOneCollectionAndHidesNothingThatIsWrittenLater) {
  LARDER_SKIP_WITHOUT_COLLECT();
  const Key lease = Key::Lease(kName);
  Put(ImageKey(1), RecordOf(ImageKey(1), 64, 1, kNow + hours{1}));
  Put(lease, RecordOf(lease, 64, 1, kNow + std::chrono::minutes{1}));
  CollectAll({.now = kNow, .floor = kNow + hours{2}});
  EXPECT_EQ(Scan(KeyRange::All()), std::vector<Key>{});
  std::vector<Errc> misses;
  OpenReader()->GetMany(std::vector{ImageKey(1), lease}, [&](std::size_t, Result<std::span<const std::byte>> record) {
    if (!record.has_value()) misses.push_back(record.error().code);
  });
  EXPECT_EQ(misses, std::vector(2, Errc::not_found));

  EXPECT_TRUE(PutIfAbsent(lease, RecordOf(lease, 64, 2, kNow + std::chrono::minutes{1})).has_value());
  EXPECT_EQ(PutIfAbsent(lease, RecordOf(lease, 64, 3, kNow + std::chrono::minutes{1})).error().code,
            Errc::already_exists);
  CollectAll({.now = kNow});
  if (engine().reopens) Reopen();
  EXPECT_EQ(SeedOf(Contents(lease).value_or(Bytes{})), 2u);
}

TEST_P(StoreConformance, CollectGoesOnWhereItStopped) {
  LARDER_SKIP_WITHOUT_COLLECT();
  WriteBatch batch;
  for (int i = 0; i < 3000; ++i) {
    batch.Put(ImageKey(i), RecordOf(ImageKey(i), 64, 1, i % 3 == 0 ? kNow + kRetention : kNow - hours{1}));
  }
  Apply(batch);
  CollectSlice slice{.now = kNow, .budget = milliseconds{0}};
  std::uint64_t scanned = 0;
  std::uint64_t removed = 0;
  int slices = 0;
  for (bool done = false; !done; ++slices) {
    ASSERT_LT(slices, 10'000);
    const auto progress = store().Collect(slice);
    ASSERT_TRUE(progress.has_value()) << progress.error().ToString();
    scanned += progress->scanned;
    removed += progress->removed;
    done = progress->done();
    ASSERT_TRUE(done || !slice.cursor || *slice.cursor < *progress->cursor) << "a cursor that does not advance";
    slice.cursor = progress->cursor;
  }
  EXPECT_GT(slices, 1) << "a slice without time left must say that there is more";
  EXPECT_EQ(scanned, 3000u);
  EXPECT_EQ(removed, 2000u);
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

// The same seen from where it matters: a real record of an image, read as hosts read it.
TEST_P(StoreConformance, EverySingleFlippedBitOfAnImageIsACountedMiss) {
  const auto image_with_tag = [](std::size_t number) {
    return ImageOf(ImageRef::Parse("ghcr.io/a/b:" + std::to_string(100'000 + number)).value());
  };
  const std::size_t bits = BuildImageRecord(image_with_tag(0)).value().size() * 8;
  WriteBatch batch;
  for (std::size_t bit = 0; bit <= bits; ++bit) {
    const ImageRecord record = image_with_tag(bit);
    Bytes bytes = BuildImageRecord(record).value();
    ASSERT_EQ(bytes.size() * 8, bits);
    if (bit < bits) bytes[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    batch.Put(KeyOf(record), std::move(bytes));
  }
  Apply(batch);
  const Cache cache(store());
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const auto image = cache.Image(image_with_tag(bit).info.id, kNow);
    ASSERT_FALSE(image.has_value()) << "bit " << bit;
    EXPECT_EQ(image.error().code, Errc::not_found) << "bit " << bit << ": " << image.error().ToString();
    ASSERT_EQ(cache.corrupt(), bit + 1) << "bit " << bit;
  }
  EXPECT_TRUE(cache.Image(image_with_tag(bits).info.id, kNow).has_value()) << "no bit of this one was flipped";
  EXPECT_EQ(cache.corrupt(), bits);
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

// A quarter of the bound, of kinds that go first and last by rank: half of them expired for an hour at kNow + 2 h, the
// others no records at all.
std::vector<Key> PutTheDead(Store& store, std::uint64_t bound) {
  std::vector<Key> dead;
  while (dead.size() < bound / 4 / 1024) {
    WriteBatch batch;
    for (int i = 0; i < 128; ++i) {
      const std::string name = "ghcr.io/dead/" + std::to_string(dead.size());
      const Key keys[] = {Key::TagBlock(name, 1, 0), Key::Repository(name), Key::Lease(name), Key::Image(name, "v1")};
      const Key key = keys[dead.size() % 4];
      const bool expired = dead.size() / 4 % 2 == 0;
      batch.Put(key, expired ? RecordOf(key, 968, 1, kNow + hours{1}) : Bytes(1000, std::byte{0x5A}));
      dead.push_back(key);
    }
    const auto results = store.Write(batch, {.now = kNow});
    EXPECT_TRUE(results.has_value()) << results.error().ToString();
  }
  return dead;
}

TEST_P(StoreConformance, WhatIsDeadGoesBeforeAnythingThatLives) {
  if (!engine().make_bounded) GTEST_SKIP() << "skipped: " << engine().name << " has no bound of its own";
  OpenBounded();
  const std::uint64_t bound = store().Stats()->max_bytes;
  const std::vector<Key> dead = PutTheDead(store(), bound);
  const Key newer = Key::Image("ghcr.io/newer/app", "v1");
  Put(newer, NewerRecordOf(newer));
  ASSERT_EQ(store().Stats()->evictions, 0u);
  const auto evictions = [this] { return store().Stats()->evictions; };
  int images = 0;
  while (evictions() <= dead.size() / 2) {
    ASSERT_LT(images, static_cast<int>(2 * bound / 512)) << "the bound evicts nothing";
    WriteBatch batch;
    for (int end = images + 128; images < end; ++images) batch.Put(ImageKey(images), RecordOf(ImageKey(images), 480));
    Apply(batch, kNow + hours{2});
  }
  std::uint64_t gone = 0;
  for (const Key& key : dead) gone += Contents(key).has_value() ? 0 : 1;
  EXPECT_EQ(gone, evictions());
  for (int i = 0; i < images; ++i) ASSERT_TRUE(Contents(ImageKey(i)).has_value()) << i << " lives, and the dead remain";
  EXPECT_EQ(Contents(newer), NewerRecordOf(newer)) << "what a newer release wrote is not ours to call expired";
}

}  // namespace
}  // namespace larder::conformance
