// Batches: order, results, PutIfAbsent; what concurrent callers see.
#include <atomic>
#include <thread>

#include "conformance/store_conformance.h"
#include "larder/record.h"

namespace larder::conformance {
namespace {

TEST_P(StoreConformance, AnEmptyBatchSucceeds) {
  const auto results = store().Write({}, {.now = kNow});
  ASSERT_TRUE(results.has_value());
  EXPECT_TRUE(results->empty());
}

TEST_P(StoreConformance, ABatchIsAppliedInOrder) {
  const Key a = ImageKey(1);
  const Key b = ImageKey(2);
  const Key c = ImageKey(3);
  WriteBatch batch;
  batch.Put(a, RecordOf(a, 64, 1));
  batch.Put(b, RecordOf(b, 64, 1));
  batch.Put(a, RecordOf(a, 64, 2));
  batch.Remove(b);
  batch.Remove(c);
  batch.Put(c, RecordOf(c, 64, 3));
  Apply(batch);
  EXPECT_EQ(Contents(a), RecordOf(a, 64, 2));
  EXPECT_EQ(Contents(b), std::nullopt);
  EXPECT_EQ(Contents(c), RecordOf(c, 64, 3));
}

TEST_P(StoreConformance, EachOperationHasItsResult) {
  const Key a = ImageKey(1);
  const Key b = ImageKey(2);
  WriteBatch batch;
  batch.PutIfAbsent(a, RecordOf(a, 64, 1));
  batch.PutIfAbsent(a, RecordOf(a, 64, 2));
  batch.Remove(a);
  batch.PutIfAbsent(a, RecordOf(a, 64, 3));
  batch.Put(b, RecordOf(b, 64, 4));
  batch.PutIfAbsent(b, RecordOf(b, 64, 5));
  const auto results = store().Write(batch, {.now = kNow});
  ASSERT_TRUE(results.has_value()) << results.error().ToString();
  const std::vector<bool> expected = {true, false, true, true, true, false};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(results->at(i).has_value(), expected[i]) << i;
    if (!expected[i]) {
      EXPECT_EQ(results->at(i).error().code, Errc::already_exists) << i;
    }
  }
  EXPECT_EQ(Contents(a), RecordOf(a, 64, 3));
  EXPECT_EQ(Contents(b), RecordOf(b, 64, 4));
}

TEST_P(StoreConformance, PutIfAbsentLeavesALiveRecordAlone) {
  const Key key = Key::Lease(kName);
  ASSERT_TRUE(PutIfAbsent(key, RecordOf(key, 64, 1, kNow + std::chrono::minutes{1})).has_value());
  const auto second = PutIfAbsent(key, RecordOf(key, 64, 2, kNow + std::chrono::hours{1}));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Errc::already_exists);
  EXPECT_EQ(SeedOf(Contents(key).value()), 1u);
}

TEST_P(StoreConformance, PutIfAbsentReplacesAnExpiredRecord) {
  const Key key = Key::Lease(kName);
  Put(key, RecordOf(key, 64, 1, kNow));  // expired at kNow: the end is not included
  ASSERT_TRUE(PutIfAbsent(key, RecordOf(key, 64, 2)).has_value());
  EXPECT_EQ(SeedOf(Contents(key).value()), 2u);
}

TEST_P(StoreConformance, PutIfAbsentReplacesWhatNobodyCanRead) {
  const Key key = ImageKey(1);
  Bytes flipped = RecordOf(key);  // live by its header, but no reader takes it
  flipped.back() ^= std::byte{1};
  for (const Bytes& unreadable : {Bytes(16, std::byte{0x5A}), flipped, RecordOf(ImageKey(2)), Bytes()}) {
    Put(key, unreadable);
    ASSERT_TRUE(PutIfAbsent(key, RecordOf(key, 64, 2)).has_value());
    EXPECT_EQ(SeedOf(Contents(key).value()), 2u);
  }
}

TEST_P(StoreConformance, PutIfAbsentLeavesWhatANewerReleaseWrote) {
  for (const Key& key : {ImageKey(1), Key::Lease(kName), Key::Repository(kName)}) {
    Put(key, NewerRecordOf(key));
    const auto refused = PutIfAbsent(key, RecordOf(key, 64, 2));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::already_exists);
    EXPECT_EQ(Contents(key), NewerRecordOf(key));
    Put(key, RecordOf(key, 64, 3));  // who says Put means it
    EXPECT_EQ(SeedOf(Contents(key).value()), 3u);
  }
}

TEST_P(StoreConformance, TheMarkersKeyIsNotForCallers) {
  WriteBatch batch;
  batch.Put(Key::Marker(), RecordOf(Key::Marker()));
  batch.PutIfAbsent(Key::Marker(), RecordOf(Key::Marker()));
  batch.Put(ImageKey(1), RecordOf(ImageKey(1)));
  batch.Remove(Key::Marker());
  const auto results = store().Write(batch, {.now = kNow});
  ASSERT_TRUE(results.has_value()) << results.error().ToString();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    ASSERT_EQ(results->at(i).has_value(), i == 2) << i;
    if (i != 2) {
      EXPECT_EQ(results->at(i).error().code, Errc::invalid_argument);
    }
  }
  if (engine().reopens) Reopen();
  EXPECT_TRUE(Contents(ImageKey(1)).has_value());
}

TEST_P(StoreConformance, ARecordThatNeverExpiresIsLive) {
  const Key key = ImageKey(1);
  Put(key, RecordOf(key, 64, 1, Time{}));
  EXPECT_FALSE(PutIfAbsent(key, RecordOf(key, 64, 2), kNow + std::chrono::years{50}).has_value());
}

TEST_P(StoreConformance, OneOfManyPutIfAbsentWins) {
  const Key key = Key::Lease(kName);
  std::atomic<int> won{0};
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] { won += PutIfAbsent(key, RecordOf(key, 64, i)).has_value() ? 1 : 0; });
    }
  }
  EXPECT_EQ(won, 1);
}

TEST_P(StoreConformance, ALargeBatchIsWritten) {
  WriteBatch batch;
  for (int i = 0; i < 3000; ++i) batch.Put(ImageKey(i), RecordOf(ImageKey(i), 184, static_cast<unsigned>(i)));
  Apply(batch);
  for (int i = 0; i < 3000; i += 97) EXPECT_EQ(SeedOf(Contents(ImageKey(i)).value()), static_cast<unsigned>(i));
}

// Eight threads read while one writes batches that give every key the same seed.
TEST_P(StoreConformance, ReadersSeeWholeRecordsAndWholeBatchesWhileOneWrites) {
  constexpr int kKeys = 20;
  constexpr unsigned kRounds = 60;
  std::vector<Key> keys;
  for (int i = 0; i < kKeys; ++i) keys.push_back(ImageKey(i));
  const auto write = [&](unsigned seed) {
    WriteBatch batch;
    for (const Key& key : keys) batch.Put(key, RecordOf(key, 64 + 8 * (seed % 40), seed));
    Apply(batch);
  };
  write(1);
  std::atomic<bool> stop{false};
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      unsigned last = 0;
      RecordBuf buffer;
      for (std::size_t i = t; !stop; ++i) {
        const Key& key = keys[t % keys.size()];
        const auto got = store().Get(key, buffer);
        ASSERT_TRUE(got.has_value()) << got.error().ToString();
        ASSERT_TRUE(VerifyRecord(key, buffer.bytes()).has_value());
        ASSERT_GE(SeedOf(buffer.bytes()), last) << "an older record after a newer one";
        last = SeedOf(buffer.bytes());
        if (i % 8 != 0) continue;
        auto reader = OpenReader();
        std::vector<unsigned> seeds;
        reader->GetMany(keys, [&](std::size_t index, const Result<std::span<const std::byte>>& record) {
          ASSERT_TRUE(record.has_value()) << record.error().ToString();
          ASSERT_TRUE(VerifyRecord(keys[index], *record).has_value());
          seeds.push_back(SeedOf(*record));
        });
        if (engine().traits.snapshot && engine().traits.atomic) {
          ASSERT_THAT(seeds, ::testing::Each(seeds.front())) << "half a batch";
        }
      }
    });
  }
  for (unsigned seed = 2; seed < kRounds; ++seed) write(seed);
  stop = true;
}

}  // namespace
}  // namespace larder::conformance
