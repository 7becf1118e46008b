// Where the pages are: what is used, what is free, and how far the file reaches.
#include "space.h"

#include <random>

#include "backends/lmdb/lmdb_fixture.h"
#include "environment.h"

namespace larder::lmdb {
namespace {

using LmdbSpaceTest = LmdbTest;

// Opens beside the store, as another process would: the table is not asked.
struct Look {
  explicit Look(const std::filesystem::path& path)
      : environment(Environment::Open(path, Environment::Access::existing).value()) {}
  std::unique_ptr<Environment> environment;
};

TEST_F(LmdbSpaceTest, UsedIsTheLastPageLessTheFreeOnes) {
  std::mt19937 random(301);
  for (int round = 0; round < 8; ++round) {
    {
      auto store = Open(Options());
      WriteBatch batch;
      for (int i = 0; i < 1500; ++i) {
        const Key key = ImageKey(static_cast<int>(random() % 4000));
        if (random() % 3 == 0) {
          batch.Remove(key);
        } else {
          batch.Put(key, RecordOf(key, random() % 500 * 8));
        }
      }
      ASSERT_EQ(WriteAll(*store, batch), std::nullopt);
    }
    Look look(path());
    const auto txn = look.environment->Read().value();
    const Space space = MeasureSpace(*look.environment, txn).value();
    const FreePages free = CountFreePages(*look.environment, txn).value();
    EXPECT_EQ(space.used, space.end - free.reusable - free.held);
  }
}

TEST_F(LmdbSpaceTest, TheFileAlwaysReachesItsLastPage) {
  // A page that is taken at the end of the file and given up in the same transaction is never written by LMDB.
  for (int i = 0; i < 5; ++i) {
    {
      auto store = Open(Options());
      WriteBatch batch;
      for (int j = 0; j < 300; ++j) {
        batch.Put(ImageKey(j), RecordOf(ImageKey(j), 4000));
        batch.Put(ImageKey(j), RecordOf(ImageKey(j), 64));
      }
      for (int j = 0; j < 300; ++j) batch.Remove(ImageKey(j));
      ASSERT_EQ(WriteAll(*store, batch), std::nullopt);
    }
    ASSERT_NE(Open(Options()), nullptr);
  }
}

TEST_F(LmdbSpaceTest, ALargeBatchLeavesNoLargeHole) {
  auto store = Open(Options());
  ASSERT_EQ(WriteAll(*store, Images(0, 20'000)), std::nullopt);
  store.reset();
  Look look(path());
  const auto txn = look.environment->Read().value();
  const Space space = MeasureSpace(*look.environment, txn).value();
  EXPECT_GE(std::filesystem::file_size(path() / "data.mdb"), space.end * 4096);
  EXPECT_LE(std::filesystem::file_size(path() / "data.mdb"), space.end * 4096 + (8 << 20));
}

TEST_F(LmdbSpaceTest, ABatchTakesNoMoreThanItsCost) {
  auto store = Open(Options());
  std::mt19937 random(301);
  for (int round = 0; round < 30; ++round) {
    const auto before = store->Stats()->live_bytes;
    WriteBatch batch;
    for (int i = 0; i < 200; ++i) {
      const Key key = ImageKey(static_cast<int>(random() % 20'000));
      batch.Put(key, RecordOf(key, random() % 506 * 8));
    }
    std::vector<const WriteOp*> ops;
    for (const WriteOp& op : batch.ops()) ops.push_back(&op);
    ASSERT_EQ(WriteAll(*store, batch), std::nullopt);
    const BatchCost cost = CostOf(ops, Space{.branch = 100, .depth = 4});
    EXPECT_LE(store->Stats()->live_bytes, before + cost.net_pages * 4096);
  }
}

TEST_F(LmdbSpaceTest, TheFileReachesNoFurtherThanTheBoundAndTheReserve) {
  constexpr std::uint64_t kBound = 4 << 20;
  auto store = Open(Options(kBound));
  for (int i = 0; i < 40'000; i += 500) ASSERT_EQ(WriteAll(*store, Images(i, 500)), std::nullopt);
  store.reset();
  Look look(path());
  const auto txn = look.environment->Read().value();
  const Space space = MeasureSpace(*look.environment, txn).value();
  EXPECT_LE(space.used * 4096, kBound);
  EXPECT_LT(space.map * 4096, kBound + 4 * CostOfPuts(512, space).pages * 4096 + (1 << 20));
  EXPECT_LE(std::filesystem::file_size(path() / "data.mdb"), space.map * 4096);
}

}  // namespace
}  // namespace larder::lmdb
