// More than one process: forks, kills, maps that grow.
#include <poll.h>

#include <map>
#include <random>

#include "backends/lmdb/lmdb_fixture.h"
#include "fork_guard.h"
#include "larder/record.h"
#include "support/child.h"

namespace larder {
namespace {

using LmdbProcessTest = LmdbTest;

TEST(ForkGuard, TellsAChildThatItIsOne) {
  const lmdb::ForkGuard guard;
  EXPECT_FALSE(guard.Forked());
  EXPECT_EQ(Child([&](const Parent&) { return guard.Forked() ? 7 : 8; }).Wait(), 7);
  EXPECT_FALSE(guard.Forked());
}

TEST_F(LmdbProcessTest, AForkedChildNeitherUsesNorReleases) {
  auto store = Open(Options());
  ASSERT_EQ(WriteAll(*store, Images(0, 100)), std::nullopt);
  auto reader = store->OpenReader().value();
  Child child([&](const Parent&) {
    RecordBuf buffer;
    const auto got = store->Get(ImageKey(1), buffer);
    if (got.has_value() || got.error().code != Errc::unavailable) return 1;
    if (got.error().message.find("forked") == std::string::npos) return 2;
    if (store->OpenReader().has_value() || reader->Get(ImageKey(1)).has_value()) return 3;
    if (store->Write(Images(0, 1), {.now = kNow}).has_value() || store->Stats().has_value()) return 4;
    reader.reset();  // gives nothing back
    store.reset();
    // It may open the path anew: to read now, for its parent still writes.
    auto own = OpenLmdbStore(ReadOnly());
    if (!own.has_value() || !(*own)->Get(ImageKey(1), buffer).has_value()) return 5;
    if (OpenLmdbStore(Options()).has_value()) return 6;
    return 0;
  });
  EXPECT_EQ(child.Wait(), 0);
  // The parent's reader still holds its snapshot against everything that is written now.
  for (unsigned round = 0; round < 20; ++round) ASSERT_EQ(WriteAll(*store, Images(0, 100, 400)), std::nullopt);
  for (int i = 0; i < 100; ++i) {
    const auto seen = reader->Get(ImageKey(i));
    ASSERT_TRUE(seen.has_value());
    EXPECT_EQ(seen->size(), 184 + kRecordHeaderBytes);
    EXPECT_TRUE(VerifyRecord(ImageKey(i), *seen).has_value());
  }
}

TEST_F(LmdbProcessTest, AReadingProcessSeesWhatAnotherWrites) {
  Child child([this](const Parent& parent) {
    auto store = OpenLmdbStore(Options());
    if (!store.has_value()) return 1;
    for (int i = 0; parent.Say('.') && parent.Hear() == 'n'; ++i) {
      if (WriteAll(**store, Images(i * 100, 100))) return 2;
    }
    return 0;
  });
  ASSERT_EQ(child.Hear(), '.');
  auto store = Open(ReadOnly());
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(Has(*store, ImageKey(i * 100)));
    ASSERT_TRUE(child.Say('n'));
    ASSERT_EQ(child.Hear(), '.');
    EXPECT_TRUE(Has(*store, ImageKey(i * 100 + 99)));
  }
  child.Say('q');
  EXPECT_EQ(child.Wait(), 0);
}

TEST_F(LmdbProcessTest, AMapThatAnotherProcessGrewIsFollowed) {
  {
    Open(Options(1 << 20));
  }
  auto store = Open(ReadOnly());
  ASSERT_FALSE(Has(*store, ImageKey(0)));
  Child child([this](const Parent&) {
    auto writer = OpenLmdbStore(Options(256 << 20));
    if (!writer.has_value()) return 1;
    for (int i = 0; i < 40'000; i += 4000) {
      if (WriteAll(**writer, Images(i, 4000, 1000))) return 2;
    }
    return 0;
  });
  ASSERT_EQ(child.Wait(), 0);
  EXPECT_GT(std::filesystem::file_size(path() / "data.mdb"), 32u << 20);
  for (int i = 0; i < 40'000; i += 1234) EXPECT_TRUE(Has(*store, ImageKey(i))) << i;
  std::size_t count = 0;
  ASSERT_TRUE(store->OpenReader()
                  .value()
                  ->Scan({},
                         [&](const Key&, auto) {
                           ++count;
                           return ScanAction::go_on;
                         })
                  .has_value());
  EXPECT_EQ(count, 40'000u);
}

constexpr int kKilledKeys = 600;
constexpr int kKilledBatch = 40;

// Batch `number` writes kKilledBatch keys, all with its number as the seed.
WriteBatch NumberedBatch(unsigned number) {
  WriteBatch batch;
  for (int i = 0; i < kKilledBatch; ++i) {
    const Key key = ImageKey(static_cast<int>((number * 37 + static_cast<unsigned>(i)) % kKilledKeys));
    batch.Put(key, RecordOf(key, 64 + 8 * (number % 60), number));
  }
  return batch;
}

// Writes from `first` on and acknowledges each batch, until it is killed.
int WriteUntilKilled(const LmdbOptions& options, unsigned first, const Parent& parent) {
  auto store = OpenLmdbStore(options);
  if (!store.has_value()) return 1;
  for (unsigned number = first;; ++number) {
    if (WriteAll(**store, NumberedBatch(number))) return 2;
    if (write(parent.out, &number, sizeof number) != sizeof number) return 3;
  }
}

// Kills the child at a random moment; the last batch that it acknowledged, or `last`.
unsigned KillAtRandom(Child& child, unsigned last, std::mt19937& random) {
  unsigned number = 0;
  for (unsigned acknowledged = random() % 4; acknowledged > 0; --acknowledged) {
    if (read(child.in(), &number, sizeof number) == sizeof number) last = number;
  }
  pollfd nothing{.fd = -1, .events = 0, .revents = 0};
  poll(&nothing, 0, static_cast<int>(random() % 8));  // into the middle of a batch
  child.Kill();
  while (read(child.in(), &number, sizeof number) == sizeof number) last = number;
  return last;
}

// What batches 1 to `last`, and perhaps last + 1, leave behind.
void CheckSurvivors(Store& store, unsigned last) {
  std::map<Key, unsigned> expected;
  const auto expect = [](std::map<Key, unsigned>& records, unsigned number) {
    const WriteBatch batch = NumberedBatch(number);
    for (const WriteOp& op : batch.ops()) records[op.key] = number;
  };
  for (unsigned number = last > 30 ? last - 30 : 1; number <= last; ++number) expect(expected, number);
  std::map<Key, unsigned> one_more = expected;
  expect(one_more, last + 1);
  std::map<Key, unsigned> found;
  ASSERT_TRUE(store.OpenReader()
                  .value()
                  ->Scan({},
                         [&](const Key& key, std::span<const std::byte> record) {
                           EXPECT_TRUE(VerifyRecord(key, record).has_value());
                           found[key] = SeedOf(record);
                           return ScanAction::go_on;
                         })
                  .has_value());
  EXPECT_TRUE(found == expected || found == one_more) << "after batch " << last;
}

TEST_F(LmdbProcessTest, AProcessKilledAtAnyMomentLosesNothingAcknowledged) {
  std::mt19937 random(301);
  unsigned last = 0;
  for (int kills = Knob("LARDER_KILLS", 100); kills > 0 && !HasFailure(); --kills) {
    {
      LmdbOptions options = Options();
      options.durability = kills % 2 == 0 ? LmdbDurability::sync : LmdbDurability::no_meta_sync;
      Child child([&](const Parent& parent) { return WriteUntilKilled(options, last + 1, parent); });
      last = KillAtRandom(child, last, random);
      ASSERT_EQ(child.Wait(), -SIGKILL);
    }
    auto store = Open(Options());
    ASSERT_NE(store, nullptr);
    CheckSurvivors(*store, last);
    // Whether or not the last batch arrived, the next child begins after it.
    ASSERT_EQ(WriteAll(*store, NumberedBatch(++last)), std::nullopt);
  }
}

}  // namespace
}  // namespace larder
