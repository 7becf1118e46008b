// The bound holds whatever is written: nothing fails, and the disk never holds more than max_bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "backends/rocksdb/blocks.h"
#include "larder/rocksdb_store.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

constexpr std::uint64_t kMaxBytes = 64 << 20;
constexpr std::uint64_t kBatch = 512;

// LARDER_CHURN_PUTS=2000000 in a release build is the full run.
std::uint64_t Puts() {
  const char* wanted = std::getenv("LARDER_CHURN_PUTS");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 60'000;
}

class RocksDbChurn : public ::testing::Test {
 protected:
  void Open(std::uint64_t max_bytes) {
    RocksDbOptions options;
    options.path = dir_ / "store";
    options.max_bytes = max_bytes;
    options.durability = RocksDbDurability::os;
    auto store = OpenRocksDbStore(options);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    store_ = std::move(*store);
  }
  static Key ImageKey(std::uint64_t i) {
    return Key::Image("registry.example/app-" + std::to_string(i % 500), std::to_string(i));
  }
  // Images first .. first + kBatch - 1; the later, the later they expire.
  Result<WriteResults> Put(std::uint64_t first) {
    WriteBatch batch;
    for (std::uint64_t i = first; i < first + kBatch; ++i) {
      const std::size_t payload = 300 + 8 * static_cast<std::size_t>(i % 100);
      batch.Put(ImageKey(i), NumberedRecord(ImageKey(i), i, payload, kBlocksNow + std::chrono::seconds{3600 + i}));
    }
    return store_->Write(batch, {.now = kBlocksNow});
  }
  bool Has(std::uint64_t i) {
    RecordBuf buffer;
    return store_->Get(ImageKey(i), buffer).has_value() && VerifyRecord(ImageKey(i), buffer.bytes()).has_value();
  }

  const TempDir dir_;
  std::unique_ptr<Store> store_;
};

TEST_F(RocksDbChurn, NothingFailsAndTheDiskStaysUnderTheBound) {
  Open(kMaxBytes);
  std::uint64_t peak = 0;
  std::uint64_t i = 0;
  for (; i < Puts(); i += kBatch) {
    const auto written = Put(i);
    ASSERT_TRUE(written.has_value()) << i << ": " << written.error().ToString();
    peak = std::max(peak, store_->Stats()->file_bytes);
    ASSERT_LE(peak, kMaxBytes) << i;
  }
  const auto stats = store_->Stats();
  EXPECT_GT(stats->evictions, 0u);
  EXPECT_FALSE(Has(0)) << "what expires first went";
  for (std::uint64_t back = 1; back <= 5000; back += 7) EXPECT_TRUE(Has(i - back)) << back;
  RecordProperty("peak_bytes", std::to_string(peak));
  RecordProperty("evictions", std::to_string(stats->evictions));
}

// The same images again and again: nothing needs to go.
TEST_F(RocksDbChurn, RewritingTheSameImagesEvictsNothing) {
  Open(kMaxBytes);
  constexpr std::uint64_t kImages = 20 * kBatch;
  for (std::uint64_t put = 0; put < Puts() / 2; put += kBatch) {
    const auto written = Put(put % kImages);
    ASSERT_TRUE(written.has_value()) << written.error().ToString();
    ASSERT_LE(store_->Stats()->file_bytes, kMaxBytes);
  }
  EXPECT_EQ(store_->Stats()->evictions, 0u);
  for (std::uint64_t i = 0; i < kImages; ++i) ASSERT_TRUE(Has(i)) << i;
}

// A Reader that is held on and on keeps every old version on disk: writes fail before the bound does, and say why.
TEST_F(RocksDbChurn, AHeldReaderMakesWritesFailBeforeTheBoundIsPassed) {
  constexpr std::uint64_t kSmall = 16 << 20;
  Open(kSmall);
  ASSERT_TRUE(Put(0).has_value());
  auto reader = store_->OpenReader();
  ASSERT_TRUE(reader.has_value());
  std::optional<Error> refused;
  for (std::uint64_t i = kBatch; i < 600'000 && !refused; i += kBatch) {
    auto written = Put(i);
    if (!written.has_value()) refused = written.error();
    ASSERT_LE(store_->Stats()->file_bytes, kSmall) << i;
  }
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->code, Errc::unavailable);
  EXPECT_THAT(refused->message, ::testing::HasSubstr("held by 1 open Readers"));
  EXPECT_TRUE((*reader)->Get(ImageKey(0)).has_value()) << "the reader still sees its moment";
  reader->reset();
  const auto written = Put(1'000'000);
  ASSERT_TRUE(written.has_value()) << written.error().ToString();
  EXPECT_TRUE(Has(1'000'000));
}

}  // namespace
}  // namespace larder::testing
