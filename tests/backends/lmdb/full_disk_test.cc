// A full disk: the batch fails, the store stays as it was.
#include <sys/mount.h>

#include "backends/lmdb/lmdb_fixture.h"
#include "larder/record.h"

namespace larder {
namespace {

class LmdbFullDiskTest : public LmdbTest {
 protected:
  void SetUp() override {
    if (mount("tmpfs", path().c_str(), "tmpfs", 0, "size=6m") != 0) {
      GTEST_SKIP() << "skipped: mounting a small file system is not allowed here";
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) umount2(path().c_str(), MNT_DETACH);
  }
  // Images 0 to `count` - 1, each as it was acknowledged, and nothing else.
  static void ExpectExactly(Store& store, int count) {
    EXPECT_EQ(store.Stats()->records, static_cast<std::uint64_t>(count));
    const WriteBatch batch = Images(0, count);
    RecordBuf buffer;
    for (const WriteOp& op : batch.ops()) {
      const auto got = store.Get(op.key, buffer);
      ASSERT_TRUE(got.has_value()) << got.error().ToString();
      ASSERT_EQ(Bytes(buffer.bytes().begin(), buffer.bytes().end()), op.record);
    }
    std::size_t scanned = 0;
    const auto done = store.OpenReader().value()->Scan({}, [&](const Key& key, std::span<const std::byte> record) {
      scanned += VerifyRecord(key, record).has_value() ? 1 : 0;
      return ScanAction::go_on;
    });
    EXPECT_TRUE(done.has_value());
    EXPECT_EQ(scanned, static_cast<std::size_t>(count));
  }

 private:
  bool mounted_ = false;
};

TEST_F(LmdbFullDiskTest, AFullDiskFailsTheBatchAndNothingElse) {
  auto store = Open(Options());
  ASSERT_NE(store, nullptr);
  std::optional<Error> error;
  int written = 0;
  for (; written < 100'000 && !error; written += 500) error = WriteAll(*store, Images(written, 500));
  written -= 500;
  ASSERT_TRUE(error.has_value()) << "6 MiB hold everything";
  EXPECT_EQ(error->code, Errc::unavailable);
  EXPECT_THAT(error->message, HasSubstr("No space left"));
  EXPECT_THAT(error->message, HasSubstr(path().string()));
  EXPECT_THAT(error->message, HasSubstr("make room on the disk"));
  ASSERT_GT(written, 0);
  ExpectExactly(*store, written);
  EXPECT_TRUE(WriteAll(*store, Images(written, 500)).has_value()) << "it is as full as before";
  ExpectExactly(*store, written);

  // Also after a reopen; and where there is room again, it goes on.
  store.reset();
  store = Open(Options());
  ASSERT_NE(store, nullptr);
  ExpectExactly(*store, written);
  ASSERT_EQ(mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
  ASSERT_EQ(WriteAll(*store, Images(written, 500)), std::nullopt);
  ExpectExactly(*store, written + 500);
  store.reset();
  store = Open(Options());
  ASSERT_NE(store, nullptr);
  ExpectExactly(*store, written + 500);
  store.reset();
}

}  // namespace
}  // namespace larder
