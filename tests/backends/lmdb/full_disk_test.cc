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
  ASSERT_GT(written, 0);
  EXPECT_EQ(store->Stats()->records, static_cast<std::uint64_t>(written));
  EXPECT_TRUE(Has(*store, ImageKey(written - 1)));
  EXPECT_FALSE(Has(*store, ImageKey(written)));

  // Also after a reopen; and where there is room again, it goes on.
  store.reset();
  store = Open(Options());
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->Stats()->records, static_cast<std::uint64_t>(written));
  ASSERT_EQ(mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
  ASSERT_EQ(WriteAll(*store, Images(written, 500)), std::nullopt);
  EXPECT_TRUE(Has(*store, ImageKey(written + 499)));
  store.reset();
}

}  // namespace
}  // namespace larder
