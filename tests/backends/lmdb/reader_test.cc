// Readers: their slots, what a pin costs, and what a Get does not.
#include <atomic>
#include <cstring>
#include <thread>

#include "backends/lmdb/lmdb_fixture.h"
#include "larder/record.h"
#include "support/child.h"
#include "support/count_allocations.h"
#include "txn_pool.h"

namespace larder {
namespace {

using LmdbReaderTest = LmdbTest;

TEST_F(LmdbReaderTest, AHitOfAUsualSizeAllocatesNothing) {
  auto store = Open(Options());
  ASSERT_EQ(WriteAll(*store, Images(0, 100, 480)), std::nullopt);  // 512 bytes with the header
  RecordBuf buffer;
  ASSERT_TRUE(store->Get(ImageKey(0), buffer).has_value());  // makes the transaction
  std::vector<Key> keys;
  for (int i = 0; i < 100; ++i) keys.push_back(ImageKey(i));
  const std::size_t warm = testing::ThreadAllocations();
  ASSERT_GT(warm, 0u) << "the counter counts";
  bool all = true;
  for (const Key& key : keys) all = all && store->Get(key, buffer).has_value();
  const Key missing = Key::Marker().Next();
  all = all && !store->Get(missing, buffer).has_value();
  EXPECT_EQ(testing::ThreadAllocations(), warm);
  EXPECT_TRUE(all);
}

// As FlatBuffers reads a payload in place: 64-bit fields through pointers. UBSan refuses a misaligned one.
TEST_F(LmdbReaderTest, EveryPayloadCanBeReadInPlace) {
  auto store = Open(Options());
  WriteBatch batch;
  for (int i = 0; i < 2000; ++i) {
    batch.Put(ImageKey(i), RecordOf(ImageKey(i), 8 * static_cast<std::size_t>(1 + i % 505), static_cast<unsigned>(i)));
  }
  ASSERT_EQ(WriteAll(*store, batch), std::nullopt);
  std::uint64_t sum = 0;
  std::size_t payloads = 0;
  ASSERT_TRUE(store->OpenReader()
                  .value()
                  ->Scan({},
                         [&](const Key&, std::span<const std::byte> record) {
                           const auto payload = PayloadOf(record);
                           const auto* words = reinterpret_cast<const std::uint64_t*>(payload.data());
                           for (std::size_t i = 0; i < payload.size() / 8; ++i) sum += words[i];
                           ++payloads;
                           EXPECT_EQ(reinterpret_cast<std::uintptr_t>(payload.data()) % 8, 0u);
                           return ScanAction::go_on;
                         })
                  .has_value());
  EXPECT_EQ(payloads, 2000u);
  EXPECT_NE(sum, 0u);
}

TEST_F(LmdbReaderTest, AReaderThatEatsTheReserveMakesWriteUnavailableAndIsNamed) {
  auto store = Open(Options(2 << 20));
  for (int i = 0; i < 5'000; i += 100) ASSERT_EQ(WriteAll(*store, Images(i, 100)), std::nullopt);
  auto reader = store->OpenReader().value();
  std::optional<Error> error;
  for (int round = 0; round < 2'000 && !error; ++round) error = WriteAll(*store, Images(round % 50 * 100, 100));
  ASSERT_TRUE(error.has_value()) << "a held reader never cost anything";
  EXPECT_EQ(error->code, Errc::unavailable);
  EXPECT_THAT(error->message, HasSubstr("process " + std::to_string(getpid())));
  EXPECT_THAT(error->message, ::testing::ContainsRegex("for [0-9]+ ms"));
  EXPECT_TRUE(reader->Get(Key::Marker()).has_value());
  reader.reset();
  for (int round = 0; round < 50; ++round) ASSERT_EQ(WriteAll(*store, Images(round * 100, 100)), std::nullopt);
}

TEST_F(LmdbReaderTest, AReaderOfAnotherProcessIsNamedAndClearedWhenThatProcessDies) {
  auto store = Open(Options(2 << 20));
  for (int i = 0; i < 5'000; i += 100) ASSERT_EQ(WriteAll(*store, Images(i, 100)), std::nullopt);
  Child child([this](const Parent& parent) {
    const auto mine = OpenLmdbStore(ReadOnly());
    const auto reader = mine.value()->OpenReader();
    parent.Say(reader.has_value() ? 'y' : 'n');
    parent.Hear();
    return 0;
  });
  ASSERT_EQ(child.Hear(), 'y');
  std::optional<Error> error;
  for (int round = 0; round < 2'000 && !error; ++round) error = WriteAll(*store, Images(round % 50 * 100, 100));
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, Errc::unavailable);
  EXPECT_THAT(error->message, HasSubstr("process " + std::to_string(child.pid())));
  EXPECT_THAT(error->message, ::testing::ContainsRegex("for [0-9]+ ms or more"));
  child.Kill();
  for (int round = 0; round < 50; ++round) ASSERT_EQ(WriteAll(*store, Images(round * 100, 100)), std::nullopt);
}

TEST_F(LmdbReaderTest, ManyReadersAreOpenAtOnceAndOneTooManyIsRefused) {
  auto store = Open(Options());
  ASSERT_EQ(WriteAll(*store, Images(0, 1)), std::nullopt);
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t i = 0; i < lmdb::TxnPool::kSlots - 1; ++i) readers.push_back(store->OpenReader().value());
  EXPECT_TRUE(Has(*store, ImageKey(0)));
  for (auto& reader : readers) EXPECT_TRUE(reader->Get(ImageKey(0)).has_value());
  readers.push_back(store->OpenReader().value());
  lmdb::TxnPool pool;  // the store's own would make this wait for 5 s
  for (std::size_t i = 0; i < lmdb::TxnPool::kSlots; ++i) ASSERT_NE(pool.Claim(std::chrono::milliseconds{0}), nullptr);
  EXPECT_EQ(pool.Claim(std::chrono::milliseconds{1}), nullptr);
  pool.ReleaseAll();
}

TEST(TxnPool, WhoClaimsAllKnowsThatNobodyReads) {
  lmdb::TxnPool pool;
  auto* slot = pool.Claim(std::chrono::milliseconds{0});
  ASSERT_NE(slot, nullptr);
  lmdb::TxnPool::Pin(*slot);
  EXPECT_TRUE(pool.OldestPin().has_value());
  EXPECT_FALSE(pool.ClaimAll(std::chrono::milliseconds{1}));
  lmdb::TxnPool::Release(*slot);
  EXPECT_FALSE(pool.OldestPin().has_value());
  EXPECT_TRUE(pool.ClaimAll(std::chrono::milliseconds{0}));
  EXPECT_EQ(pool.Claim(std::chrono::milliseconds{1}), nullptr);
  pool.ReleaseAll();
  EXPECT_NE(pool.Claim(std::chrono::milliseconds{0}), nullptr);
}

TEST(TxnPool, ASlotIsOneThreads) {
  lmdb::TxnPool pool;
  int guarded[lmdb::TxnPool::kSlots] = {};  // each guarded by its slot: the thread sanitizer watches
  std::atomic<int> claims{0};
  {
    std::vector<std::jthread> threads;
    auto* first = pool.Claim(std::chrono::milliseconds{0});
    lmdb::TxnPool::Release(*first);
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 2000; ++i) {
          auto* slot = pool.Claim(std::chrono::seconds{10});
          ASSERT_NE(slot, nullptr);
          ++guarded[(reinterpret_cast<std::uintptr_t>(slot) / sizeof(*slot)) % lmdb::TxnPool::kSlots];
          ++claims;
          lmdb::TxnPool::Release(*slot);
        }
      });
    }
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        if (!pool.ClaimAll(std::chrono::seconds{10})) continue;
        for (int& each : guarded) ++each;
        pool.ReleaseAll();
      }
    });
  }
  EXPECT_EQ(claims, 16'000);
}

}  // namespace
}  // namespace larder
