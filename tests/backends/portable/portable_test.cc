// Export and import between engines, and imports that fail.
#include "larder/portable.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "larder/lmdb_store.h"
#include "larder/memory_store.h"
#if LARDER_WITH_ROCKSDB
#include "larder/rocksdb_store.h"
#endif
#if LARDER_WITH_MEMCACHED
#include "larder/memcached_store.h"
#include "support/memcached_server.h"
#include "support/servers.h"
#endif
#include "backends/portable/records.h"
#include "larder/store_over.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

ImportOptions Importing() {
  ImportOptions options;
  options.now = kNow;
  return options;
}

// An engine and how to make an empty store of it.
struct Engine {
  std::string name;
  std::function<std::unique_ptr<Store>(const std::string& place)> open;
};

class PortablePairs : public ::testing::Test {
 protected:
  void SetUp() override {
    engines_.push_back({"memory", [](const std::string&) { return OpenMemoryStore().value(); }});
    engines_.push_back({"lmdb", [this](const std::string& place) {
                          LmdbOptions options;
                          options.path = dir_ / ("lmdb-" + place);
                          options.max_bytes = 64 << 20;
                          return OpenLmdbStore(options).value();
                        }});
#if LARDER_WITH_ROCKSDB
    engines_.push_back({"rocksdb", [this](const std::string& place) {
                          RocksDbOptions options;
                          options.path = dir_ / ("rocksdb-" + place);
                          return OpenRocksDbStore(options).value();
                        }});
#endif
#if LARDER_WITH_MEMCACHED
    if (!HaveMemcached()) return;
    server_ = MemcachedServer::Start().value();
    engines_.push_back({"memcached", [this](const std::string& place) {
                          larder::MemcachedOptions options;
                          options.servers = {server_->endpoint()};
                          options.key_namespace = place;
                          options.timeout = std::chrono::seconds(10);
                          return OpenMemcachedStore(options).value();
                        }});
#endif
  }

  const TempDir dir_;
#if LARDER_WITH_MEMCACHED
  std::unique_ptr<MemcachedServer> server_;
#endif
  std::vector<Engine> engines_;
};

TEST_F(PortablePairs, ExportAndImportIsRecordForRecordEqual) {
  auto example = OpenMemoryStore().value();
  Fill(*example, 700);
  const Contents wanted = ContentsOf(*example);
  for (const auto& from : engines_) {
    auto source = from.open("from-" + from.name);
    Fill(*source, 700);
    ASSERT_EQ(ContentsOf(*source), wanted) << from.name;
    const auto bytes = Exported(*source);
    for (const auto& to : engines_) {
      const std::string pair = from.name + " to " + to.name;
      auto target = to.open(from.name + "-" + to.name);
      MemorySource file(bytes, 1'000);
      const auto report = ImportStore(file, *target, Importing());
      ASSERT_TRUE(report.has_value()) << pair << ": " << report.error().ToString();
      EXPECT_EQ(report->written, wanted.size()) << pair;
      EXPECT_EQ(report->failed, 0U) << pair;
      EXPECT_TRUE(ContentsOf(*target) == wanted) << pair;
      EXPECT_EQ(ImportStore(file, *target, Importing())->same, wanted.size()) << pair;
    }
  }
}

TEST(Portable, LeavesOutWhatIsExpiredDamagedOrNewer) {
  auto from = OpenMemoryStore().value();
  Fill(*from, 10);
  const std::size_t live = ContentsOf(*from).size();
  WriteBatch batch;
  const Key expired = Key::Image("ghcr.io/a/x", "1");
  batch.Put(expired, RecordOf(expired, 64, 1, kNow - std::chrono::hours(1)));
  const Key damaged = Key::Image("ghcr.io/a/x", "2");
  batch.Put(damaged, std::vector<std::byte>(64, std::byte{7}));
  const Key newer = Key::Image("ghcr.io/a/x", "3");
  RecordHeader header;
  header.format = kFormatVersion + 1;
  header.kind = RecordKind::image;
  batch.Put(newer, MakeRecord(newer, header, std::vector<std::byte>(64)).value());
  const Key lease = Key::Lease("ghcr.io/a/x");
  batch.Put(lease, RecordOf(lease, 64, 1));
  ASSERT_TRUE(from->Write(batch, WriteOptions{kNow}).has_value());
  MemorySink sink;
  ExportOptions options;
  options.now = kNow;
  const auto report = ExportStore(*from, sink, options).value();
  EXPECT_EQ(report.expired, 1U);
  EXPECT_EQ(report.broken, 1U);
  EXPECT_EQ(report.newer, 1U);
  EXPECT_EQ(report.file.records, live);
  EXPECT_EQ(report.file.kinds[static_cast<std::size_t>(RecordKind::image)], 10U);
  EXPECT_EQ(report.file.kinds[static_cast<std::size_t>(RecordKind::lease)], 0U);
}

TEST(Portable, WhatExpiredSinceTheExportIsNotImported) {
  const auto bytes = ExportOf(10);
  MemorySource file(bytes);
  auto to = OpenMemoryStore().value();
  auto options = Importing();
  options.now = kNow + std::chrono::days(31);
  const auto report = ImportStore(file, *to, options).value();
  EXPECT_EQ(report.expired, report.file.records);
  EXPECT_TRUE(ContentsOf(*to).empty());
}

TEST(Portable, ADryRunCountsAndWritesNothing) {
  auto from = OpenMemoryStore().value();
  Fill(*from, 10);
  const auto bytes = Exported(*from);
  MemorySource file(bytes);
  auto to = OpenMemoryStore().value();
  auto options = Importing();
  options.dry_run = true;
  EXPECT_EQ(ImportStore(file, *to, options)->written, ContentsOf(*from).size());
  EXPECT_TRUE(ContentsOf(*to).empty());
}

// Another store, of whose writes the one of that number fails.
class Failing final : public StoreOver {
 public:
  Failing(Store& inner, int fails_at, bool atomic) : StoreOver(inner), fails_at_(fails_at), atomic_(atomic) {}
  StoreTraits Traits() const override {
    auto traits = StoreOver::Traits();
    traits.atomic = atomic_;
    return traits;
  }

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override {
    if (++writes_ == fails_at_) return Fail(Errc::unavailable, "the disk is full");
    return StoreOver::DoWrite(ops, options, results);
  }

 private:
  int fails_at_;
  bool atomic_;
  int writes_ = 0;
};

TEST(Portable, AnImportThatFailsLeavesAnEmbeddedStoreAsItWas) {
  const TempDir dir;
  LmdbOptions options;
  options.path = dir / "store";
  auto lmdb = OpenLmdbStore(options).value();
  Fill(*lmdb, 900, 1);  // of the same keys, other bytes, and fewer
  const Contents before = ContentsOf(*lmdb);
  const auto bytes = ExportOf(2'000, 2);
  for (const int fails_at : {1, 2, 3}) {
    MemorySource file(bytes);
    Failing target(*lmdb, fails_at, true);
    const auto report = ImportStore(file, target, Importing());
    ASSERT_FALSE(report.has_value()) << fails_at;
    EXPECT_EQ(report.error().code, Errc::unavailable);
    EXPECT_NE(report.error().message.find("the disk is full; what was written was taken back"), std::string::npos)
        << report.error().message;
    EXPECT_TRUE(ContentsOf(*lmdb) == before) << fails_at;
  }
  MemorySource file(bytes);
  auto stopping = Importing();
  stopping.progress = [](const ImportReport& so_far, std::uint64_t total) {
    return total > 0 && so_far.written > 600 ? ScanAction::stop : ScanAction::go_on;
  };
  EXPECT_EQ(ImportStore(file, *lmdb, stopping).error().code, Errc::cancelled);
  EXPECT_TRUE(ContentsOf(*lmdb) == before);
}

TEST(Portable, AnImportThatFailsElsewhereSaysWhatWasWritten) {
  const auto bytes = ExportOf(2'000);
  MemorySource file(bytes);
  auto inner = OpenMemoryStore().value();
  Failing target(*inner, 2, false);
  const auto report = ImportStore(file, target, Importing());
  ASSERT_FALSE(report.has_value());
  EXPECT_NE(report.error().message.find("512 records were written before, and stay"), std::string::npos)
      << report.error().message;
  EXPECT_EQ(ContentsOf(*inner).size(), 512U);
}

TEST(Portable, AFileForWhichThereIsNoRoomIsRefusedBeforeAnythingIsEvicted) {
  const auto bytes = ExportOf(12'000);
  const TempDir dir;
  LmdbOptions options;
  options.path = dir / "store";
  options.max_bytes = 4 << 20;
  auto to = OpenLmdbStore(options).value();
  Fill(*to, 300, 9);
  const Contents before = ContentsOf(*to);
  MemorySource file(bytes);
  const auto report = ImportStore(file, *to, Importing());
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Errc::too_large);
  EXPECT_NE(report.error().message.find("raise max_bytes"), std::string::npos) << report.error().message;
  EXPECT_TRUE(ContentsOf(*to) == before);
}

}  // namespace
}  // namespace larder::testing
