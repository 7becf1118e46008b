// A disk that is full: writes say so, what was acknowledged stays, and writing resumes when there is room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <thread>
#include <vector>

#include "backends/rocksdb/blocks.h"
#include "larder/rocksdb_store.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

using ::testing::HasSubstr;

class SmallDisk {
 public:
  SmallDisk() : mounted_(mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, "size=24m") == 0) {}
  ~SmallDisk() {
    if (mounted_) umount2(dir_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  std::filesystem::path operator/(const char* name) const { return dir_ / name; }

 private:
  const TempDir dir_;
  const bool mounted_;
};

Result<std::unique_ptr<Store>> Open(const std::filesystem::path& path) {
  RocksDbOptions options;
  options.path = path;
  options.write_buffer_bytes = 256 << 10;
  options.max_bytes = 256 << 20;  // more than the disk has
  options.log = [](LogLevel, std::string_view) {};
  return OpenRocksDbStore(options);
}

Key ImageKey(std::uint64_t i) { return Key::Image("registry.example/app", std::to_string(i)); }

Result<WriteResults> Put(Store& store, std::uint64_t first) {
  WriteBatch batch;
  for (std::uint64_t i = first; i < first + 100; ++i) batch.Put(ImageKey(i), NumberedRecord(ImageKey(i), i, 600));
  return store.Write(batch, {.now = kBlocksNow});
}

void ExpectAll(Store& store, std::uint64_t end) {
  RecordBuf buffer;
  for (std::uint64_t i = 0; i < end; ++i) {
    const auto got = store.Get(ImageKey(i), buffer);
    ASSERT_TRUE(got.has_value()) << i << ": " << got.error().ToString();
    ASSERT_TRUE(VerifyRecord(ImageKey(i), buffer.bytes()).has_value());
  }
}

void Fill(const std::filesystem::path& path) {
  std::ofstream filler(path);
  const std::string page(4096, 'x');
  while (filler.good()) filler << page << std::flush;
}

// RocksDB looks every five seconds whether a full disk has room again.
bool PutPatiently(Store& store, std::uint64_t first) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!Put(store, first).has_value()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(RocksDbFullDisk, WritesFailWithAReasonAndResumeWhenThereIsRoom) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "skipped: cannot mount a small disk (not root)";
  const auto path = disk / "store";
  const auto ballast = disk / "ballast";
  std::ofstream(ballast) << std::string(8 << 20, 'x');
  auto store = Open(path);
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  std::uint64_t next = 0;
  std::optional<Error> refused;
  for (; next < 100'000 && !refused; next += 100) {
    auto written = Put(**store, next);
    if (!written.has_value()) refused = written.error();
  }
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->code, Errc::unavailable) << refused->ToString();
  EXPECT_THAT(refused->message, HasSubstr("no space is left"));
  EXPECT_THAT(refused->message, HasSubstr(path.string()));
  EXPECT_THAT(refused->message, HasSubstr("make room on the disk"));
  const std::uint64_t acknowledged = next - 100;
  ExpectAll(**store, acknowledged);
  Fill(disk / "filler");  // to the last byte: rewriting in the background meets the end of the disk too
  EXPECT_FALSE(Put(**store, acknowledged).has_value());
  ExpectAll(**store, acknowledged);

  std::filesystem::remove(ballast);
  std::filesystem::remove(disk / "filler");
  ASSERT_TRUE(PutPatiently(**store, acknowledged));
  ExpectAll(**store, acknowledged + 100);
  store->reset();
  store = Open(path);
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  ExpectAll(**store, acknowledged + 100);
}

// Closed while the disk is full, as a host that is stopped by its operator.
TEST(RocksDbFullDisk, AStoreThatWasClosedOnAFullDiskOpensWhenThereIsRoomAndHasAllOfIt) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "skipped: cannot mount a small disk (not root)";
  const auto path = disk / "store";
  std::uint64_t acknowledged = 0;
  {
    auto store = Open(path);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    while (acknowledged < 100'000 && Put(**store, acknowledged).has_value()) acknowledged += 100;
    ASSERT_LT(acknowledged, 100'000u);
    ASSERT_GT(acknowledged, 0u);
    Fill(disk / "filler");
    EXPECT_FALSE(Put(**store, acknowledged).has_value());
  }
  std::filesystem::remove(disk / "filler");
  for (int opens = 0; opens < 2; ++opens) {
    auto store = Open(path);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    ExpectAll(**store, acknowledged);
  }
}

TEST(RocksDbFullDisk, AStoreOnAFullDiskOpensForReading) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "skipped: cannot mount a small disk (not root)";
  const auto path = disk / "store";
  {
    auto store = Open(path);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    for (std::uint64_t i = 0; i < 1000; i += 100) ASSERT_TRUE(Put(**store, i).has_value());
  }
  Fill(disk / "filler");
  RocksDbOptions options;
  options.path = path;
  options.access = RocksDbAccess::read_only;
  const auto store = OpenRocksDbStore(options);
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  ExpectAll(**store, 1000);
}

}  // namespace
}  // namespace larder::testing
