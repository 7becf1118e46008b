// Files that changed under way: a record or an error comes out, never a wrong record and never a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/status.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "backends/rocksdb/blocks.h"
#include "larder/rocksdb_check.h"
#include "larder/rocksdb_store.h"
#include "status.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;
constexpr std::uint64_t kImages = 3000;

class RocksDbDamage : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = Open(RocksDbAccess::read_write);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    for (std::uint64_t batch = 1; batch <= kImages / kBlockKeys; ++batch) {
      ASSERT_TRUE((*store)->Write(BatchNumber(batch), {.now = kBlocksNow}).has_value());
    }
  }
  Result<std::unique_ptr<Store>> Open(RocksDbAccess access) {
    RocksDbOptions options;
    options.path = path_;
    options.access = access;
    options.durability = RocksDbDurability::os;
    options.write_buffer_bytes = 64 << 10;
    options.max_bytes = 64 << 20;
    options.log = [](LogLevel, std::string_view) {};
    return OpenRocksDbStore(options);
  }
  std::vector<fs::path> FilesWith(std::string_view extension) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (entry.path().extension() == extension) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }
  // Reads everything there is. Whatever verifies under its key must be what was written.
  void ReadAll(Store& store) {
    RecordBuf buffer;
    for (std::uint64_t batch = 1; batch <= kImages / kBlockKeys; ++batch) {
      for (std::uint64_t i = 0; i < kBlockKeys; ++i) {
        const Key key = BlockKey(batch % kBlocks, i);
        const bool good = store.Get(key, buffer).has_value() && VerifyRecord(key, buffer.bytes()).has_value();
        EXPECT_TRUE(!good || NumberOf(buffer.bytes()) % kBlocks == batch % kBlocks);
      }
    }
    auto reader = store.OpenReader();
    if (!reader.has_value()) return;
    const auto scanned = (*reader)->Scan({}, [](const Key&, std::span<const std::byte>) { return ScanAction::go_on; });
    EXPECT_TRUE(scanned.has_value() || scanned.error().code == Errc::corruption) << scanned.error().ToString();
  }

  const TempDir dir_;
  const fs::path path_ = dir_ / "store";
};

void FlipBit(const fs::path& path, std::uint64_t at, int bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(at));
  file.put(static_cast<char>(byte ^ (1 << bit)));
}

TEST_F(RocksDbDamage, AFlippedBitInAnyFileCrashesNothing) {
  std::mt19937_64 random(11);
  const auto tables = FilesWith(".sst");
  ASSERT_FALSE(tables.empty());
  int refused = 0;
  for (int flip = 0; flip < 80; ++flip) {
    const fs::path& file = tables[random() % tables.size()];
    const std::uint64_t at = random() % fs::file_size(file);
    const int bit = static_cast<int>(random() % 8);
    FlipBit(file, at, bit);
    auto store = Open(RocksDbAccess::read_only);
    if (store.has_value()) {
      ReadAll(**store);
    } else {
      ++refused;
      EXPECT_EQ(store.error().code, Errc::corruption) << store.error().ToString();
    }
    FlipBit(file, at, bit);
  }
  EXPECT_LT(refused, 40) << "most flips hit one block, and the rest of the store is read";
}

// Also in what no read of a record comes by, and in the log, whose damage RocksDB takes for its end.
TEST_F(RocksDbDamage, TheCheckOfAllFilesFindsAFlippedBit) {
  ASSERT_TRUE(CheckRocksDbFiles(path_).has_value()) << CheckRocksDbFiles(path_).error().ToString();
  std::mt19937_64 random(12);
  auto files = FilesWith(".sst");
  const auto logs = FilesWith(".log");
  if (!logs.empty() && fs::file_size(logs.back()) > 0) files.insert(files.begin(), logs.back());
  int found = 0;
  constexpr int kFlips = 32;
  for (int flip = 0; flip < kFlips; ++flip) {
    const fs::path& file = files[static_cast<std::size_t>(flip) % files.size()];
    const std::uint64_t at = random() % fs::file_size(file);
    const int bit = static_cast<int>(random() % 8);
    FlipBit(file, at, bit);
    const auto checked = CheckRocksDbFiles(path_);
    if (!checked.has_value()) {
      ++found;
      EXPECT_EQ(checked.error().code, Errc::corruption) << checked.error().ToString();
    } else {
      ADD_FAILURE() << file << " byte " << at << " of " << fs::file_size(file) << " bit " << bit;
    }
    FlipBit(file, at, bit);
  }
  EXPECT_EQ(found, kFlips);
}

TEST_F(RocksDbDamage, AShortFileIsRefusedAtOpen) {
  const auto tables = FilesWith(".sst");
  ASSERT_FALSE(tables.empty());
  fs::resize_file(tables.front(), fs::file_size(tables.front()) / 2);
  const auto store = Open(RocksDbAccess::read_write);
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, Errc::corruption) << store.error().ToString();
  EXPECT_NE(store.error().message.find(tables.front().string()), std::string::npos) << store.error().ToString();
  const auto for_reading = Open(RocksDbAccess::read_only);
  ASSERT_FALSE(for_reading.has_value());
  EXPECT_NE(for_reading.error().message.find(tables.front().string()), std::string::npos);
}

TEST_F(RocksDbDamage, AMissingFileIsRefusedAtOpen) {
  const auto tables = FilesWith(".sst");
  ASSERT_FALSE(tables.empty());
  fs::remove(tables.front());
  const auto store = Open(RocksDbAccess::read_write);
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find(tables.front().stem().string()), std::string::npos) << store.error().ToString();
}

// A torn end of the log is what a power cut leaves: what came before it is there.
TEST_F(RocksDbDamage, ATornLogIsReadUpToTheTear) {
  const auto logs = FilesWith(".log");
  ASSERT_FALSE(logs.empty());
  const std::uint64_t size = fs::file_size(logs.back());
  if (size == 0) GTEST_SKIP() << "skipped: the last batch filled a file, and the log is new";
  fs::resize_file(logs.back(), size - size / 4);
  auto store = Open(RocksDbAccess::read_write);
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  ReadAll(**store);
}

TEST(RocksDbStatus, EveryErrorSaysWhatWhereAndWhatToDo) {
  using rocksdb::Status;
  struct Case {
    Status status;
    Errc code;
    std::string_view advice;
  };
  const Case cases[] = {
      {Status::Corruption("block checksum mismatch"), Errc::corruption, "move its directory away, it is filled again"},
      {Status::NoSpace(), Errc::unavailable, "no space is left: make room on the disk"},
      {Status::NotFound(), Errc::not_found, "move its directory away, it is filled again"},
      {Status::PathNotFound(), Errc::not_found, "close the store and open it again"},
      {Status::NotSupported(), Errc::unsupported, "open it with the release that wrote it"},
      {Status::InvalidArgument(), Errc::invalid_argument, "check the path, or use another"},
      {Status::IOError("fdatasync"), Errc::unavailable, "look at the disk, and at who may write to the directory"},
      {Status::Busy(), Errc::unavailable, "try again later"},
      {Status::TimedOut(), Errc::unavailable, "try again later"},
      {Status::TryAgain(), Errc::unavailable, "try again later"},
      {Status::Incomplete(), Errc::unavailable, "try again later"},
      {Status::Aborted(), Errc::unavailable, "try again later"},
      {Status::ShutdownInProgress(), Errc::unavailable, "try again later"},
  };
  for (const Case& each : cases) {
    const Error error = rocks::FailWith(each.status, "/var/lib/larder", "write a batch").error();
    EXPECT_EQ(error.code, each.code) << error.message;
    EXPECT_THAT(error.message, StartsWith("rocksdb: /var/lib/larder: cannot write a batch: " + each.status.ToString()));
    EXPECT_THAT(error.message, HasSubstr("; "));
    EXPECT_THAT(error.message, HasSubstr(each.advice));
    EXPECT_FALSE(rocks::ToResult(each.status, "/var/lib/larder", "write a batch").has_value());
  }
  EXPECT_TRUE(rocks::ToResult(Status::OK(), "/var/lib/larder", "write a batch").has_value());
}

}  // namespace
}  // namespace larder::testing
