#include "larder/memory_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/store_conformance.h"

namespace larder {
namespace {

using conformance::ImageKey;
using conformance::kNow;
using conformance::RecordOf;

void Put(Store& store, const Key& key, std::vector<std::byte> record) {
  WriteBatch batch;
  batch.Put(key, std::move(record));
  const auto results = store.Write(batch, {.now = kNow});
  ASSERT_TRUE(results.has_value() && results->at(0).has_value());
}

TEST(MemoryStore, RefusesABoundThatHoldsNothing) {
  const auto store = OpenMemoryStore({.max_bytes = 1000});
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, Errc::invalid_argument);
  EXPECT_THAT(store.error().message, ::testing::HasSubstr("at least 65536"));
}

TEST(MemoryStore, RewritingAFullStoreEvictsNothing) {
  auto store = OpenMemoryStore({.max_bytes = 64 << 10}).value();
  const int count = 200;  // 200 x (200 + 96 + 32) bytes: just under the bound
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < count; ++i) Put(*store, ImageKey(i), RecordOf(ImageKey(i), 64));
  }
  EXPECT_EQ(store->Stats()->evictions, 0u);
  EXPECT_EQ(store->Stats()->records, 200u);
}

TEST(MemoryStore, ALeaseIsNotEvictedForImages) {
  auto store = OpenMemoryStore({.max_bytes = 64 << 10}).value();
  const Key lease = Key::Lease("ghcr.io/fluxcd/flux-cli");
  Put(*store, lease, RecordOf(lease, 64, 1, kNow + std::chrono::minutes{1}));
  for (int i = 0; i < 1000; ++i) Put(*store, ImageKey(i), RecordOf(ImageKey(i), 64));
  EXPECT_GT(store->Stats()->evictions, 0u);
  RecordBuf buffer;
  EXPECT_TRUE(store->Get(lease, buffer).has_value());
}

TEST(MemoryStore, CollectCountsWhatItScannedAndRemoved) {
  auto store = OpenMemoryStore({}).value();
  WriteBatch batch;
  for (int i = 0; i < 1500; ++i) {
    batch.Put(ImageKey(i), RecordOf(ImageKey(i), 64, 1, i % 2 == 0 ? kNow : kNow + std::chrono::hours{1}));
  }
  ASSERT_TRUE(store->Write(batch, {.now = kNow}).has_value());
  const auto first = store->Collect({.now = kNow, .budget = std::chrono::milliseconds{0}});
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->scanned, 512u);
  EXPECT_FALSE(first->done());
  const auto rest = store->Collect({.now = kNow, .cursor = first->cursor, .budget = std::chrono::hours{1}});
  ASSERT_TRUE(rest.has_value());
  EXPECT_TRUE(rest->done());
  EXPECT_EQ(first->scanned + rest->scanned, 1500u);
  EXPECT_EQ(first->removed + rest->removed, 750u);
}

TEST(MemoryStore, AReaderMayOutliveTheStore) {
  auto store = OpenMemoryStore({}).value();
  Put(*store, ImageKey(1), RecordOf(ImageKey(1)));
  auto reader = store->OpenReader().value();
  store.reset();
  EXPECT_TRUE(reader->Get(ImageKey(1)).has_value());
}

}  // namespace
}  // namespace larder
