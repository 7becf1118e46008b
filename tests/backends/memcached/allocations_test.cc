#include <gtest/gtest.h>

#include "harness.h"
#include "support/count_allocations.h"

namespace larder::memcached {
namespace {

using testing::ThreadAllocations;

class MemcachedAllocationsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    for (auto* server : {&first_, &second_}) {
      *server = StartServer();
      ASSERT_NE(*server, nullptr);
    }
    store_ = MustOpen(OptionsFor({first_->endpoint(), second_->endpoint()}));
    ASSERT_NE(store_, nullptr);
    WriteBatch batch;
    for (int i = 0; i < 100; ++i) {
      keys_.push_back(ImageKey(i));
      batch.Put(ImageKey(i), Record(ImageKey(i), 480));
    }
    batch.Put(ImageKey(-1), Record(ImageKey(-1), 1000));
    WriteAll(*store_, batch);
  }

  Server1 first_, second_;
  std::unique_ptr<Store> store_;
  std::vector<Key> keys_;
};

// libmemcached's own, by malloc, do not count here.
TEST_F(MemcachedAllocationsTest, AHitOrAMissOfAUsualRecordAllocatesNothing) {
  RecordBuf buffer;
  for (const Key& key : keys_) ASSERT_TRUE(store_->Get(key, buffer).has_value());  // connects
  const Key absent = ImageKey(1000);
  const auto before = ThreadAllocations();
  bool all = true;
  for (const Key& key : keys_) {
    all = store_->Get(key, buffer).has_value() && !store_->Get(absent, buffer).has_value() && all;
  }
  const auto made = ThreadAllocations() - before;
  EXPECT_TRUE(all);
  EXPECT_EQ(made, 0u);
}

TEST_F(MemcachedAllocationsTest, ALongRecordAllocatesItsBuffer) {
  RecordBuf buffer;
  ASSERT_TRUE(store_->Get(ImageKey(-1), buffer).has_value());
  const Key key = ImageKey(-1);
  const auto before = ThreadAllocations();
  const bool hit = store_->Get(key, buffer).has_value();
  const auto made = ThreadAllocations() - before;
  EXPECT_TRUE(hit);
  EXPECT_EQ(made, 1u);
}

TEST_F(MemcachedAllocationsTest, AReaderKeepsItsMemory) {
  const auto reader = store_->OpenReader().value();
  std::size_t hits = 0;
  const Reader::GetManyVisitor count = [&](std::size_t, const auto& record) { hits += record.has_value() ? 1 : 0; };
  reader->GetMany(keys_, count);
  const auto before = ThreadAllocations();
  for (int i = 0; i < 10; ++i) reader->GetMany(keys_, count);
  const auto made = ThreadAllocations() - before;
  EXPECT_EQ(hits, 1100u);
  EXPECT_EQ(made, 0u);
}

}  // namespace
}  // namespace larder::memcached
