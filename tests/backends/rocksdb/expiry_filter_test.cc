#include "expiry_filter.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <optional>

#include "backends/rocksdb/blocks.h"
#include "bytes.h"
#include "engine_options.h"
#include "larder/marker.h"
#include "support/temp_dir.h"

namespace larder::rocks {
namespace {

using std::chrono::hours;
using testing::kBlocksNow;
using testing::NumberedRecord;

class ExpiryFilterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RocksDbOptions options;
    options.path = dir_ / "db";
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(MakeEngineOptions(options, clock_, std::make_shared<LogBroken>(false)),
                                  options.path.string(), &db)
                    .ok());
    db_.reset(db);
  }
  void Put(const rocksdb::Slice& key, std::span<const std::byte> record) {
    ASSERT_TRUE(db_->Put({}, key, ToSlice(record)).ok());
  }
  void PutImage(const std::string& tag, Time expiry) {
    const Key key = Key::Image("registry.example/app", tag);
    Put(ToSlice(key), NumberedRecord(key, 1, 64, expiry));
  }
  void RewriteAll() {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE(db_->CompactRange(options, nullptr, nullptr).ok());
  }
  bool Has(const rocksdb::Slice& key) {
    std::string value;
    return db_->Get({}, key, &value).ok();
  }
  bool HasImage(const std::string& tag) { return Has(ToSlice(Key::Image("registry.example/app", tag))); }

  const testing::TempDir dir_;
  const std::shared_ptr<FilterClock> clock_ = std::make_shared<FilterClock>();
  std::unique_ptr<rocksdb::DB> db_;
};

TEST_F(ExpiryFilterTest, RewritingDropsWhatIsExpiredByItsClock) {
  PutImage("expired", kBlocksNow);
  PutImage("live", kBlocksNow + hours{1});
  PutImage("never", Time{});
  clock_->Set(kBlocksNow);
  RewriteAll();
  EXPECT_FALSE(HasImage("expired"));
  EXPECT_TRUE(HasImage("live"));
  EXPECT_TRUE(HasImage("never"));
  clock_->Set(kBlocksNow + hours{1});
  RewriteAll();
  EXPECT_FALSE(HasImage("live"));
}

TEST_F(ExpiryFilterTest, DropsNothingWithoutAClock) {
  PutImage("expired", Time{std::chrono::milliseconds{1}});
  RewriteAll();
  EXPECT_TRUE(HasImage("expired"));
}

TEST_F(ExpiryFilterTest, KeepsTheMarkerAndWhatIsNotLarders) {
  const auto marker = MakeMarker({.created = kBlocksNow});
  Put(ToSlice(Key::Marker()), marker);
  Put("some key", std::as_bytes(std::span("value")));
  clock_->Set(kBlocksNow);
  RewriteAll();
  EXPECT_TRUE(Has(ToSlice(Key::Marker())));
  EXPECT_TRUE(Has("some key"));
}

TEST_F(ExpiryFilterTest, AnOlderVersionOfADroppedRecordDoesNotComeBack) {
  PutImage("tag", kBlocksNow + hours{9});
  RewriteAll();
  PutImage("tag", kBlocksNow);  // newer, and expired
  clock_->Set(kBlocksNow);
  RewriteAll();
  EXPECT_FALSE(HasImage("tag"));
}

}  // namespace
}  // namespace larder::rocks
