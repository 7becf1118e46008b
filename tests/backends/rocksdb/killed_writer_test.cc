// A writer that is killed at any moment has lost nothing that it acknowledged, and left no half batch.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "backends/rocksdb/blocks.h"
#include "backends/rocksdb/child_process.h"
#include "larder/rocksdb_store.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

constexpr int kKills = 100;

// Every record of the store, and that every block is of one number, at least the one acknowledged last for it.
void CheckStore(Store& store, const std::vector<std::uint64_t>& acknowledged) {
  auto reader = store.OpenReader();
  ASSERT_TRUE(reader.has_value()) << reader.error().ToString();
  ASSERT_TRUE((*reader)
                  ->Scan({},
                         [](const Key& key, std::span<const std::byte> record) {
                           const auto good = VerifyRecord(key, record);
                           EXPECT_TRUE(good.has_value()) << good.error().ToString();
                           return ScanAction::go_on;
                         })
                  .has_value());
  for (std::uint64_t block = 0; block < kBlocks; ++block) {
    std::string reason;
    const auto number = NumberOfBlock(**reader, block, reason);
    ASSERT_TRUE(number.has_value()) << "block " << block << ": " << reason;
    EXPECT_GE(*number, acknowledged[block]) << "block " << block;
  }
}

TEST(KilledWriter, LosesNothingThatItAcknowledged) {
  const TempDir dir;
  const auto path = dir / "store";
  std::mt19937 random(20260101);
  std::vector<std::uint64_t> acknowledged(kBlocks);
  std::uint64_t next = 1;
  for (int kill = 0; kill < kKills; ++kill) {
    ChildProcess child({"write", path.string(), std::to_string(next), kill % 2 == 0 ? "sync" : "os"});
    const auto note = [&](std::uint64_t number) {
      acknowledged[number % kBlocks] = number;
      next = number + 1;
    };
    const unsigned patience = std::uniform_int_distribution<unsigned>(0, 60)(random);
    for (unsigned i = 0; i < patience; ++i) {
      const auto number = child.Next();
      ASSERT_TRUE(number.has_value()) << "the child ended by itself, kill " << kill;
      note(*number);
    }
    child.Kill();
    while (const auto number = child.Next()) note(*number);

    RocksDbOptions options;
    options.path = path;
    // Every tenth time a writer recovers it; between, whoever reads must see as much.
    options.access = kill % 10 == 9 ? RocksDbAccess::read_write : RocksDbAccess::read_only;
    auto store = OpenRocksDbStore(options);
    if (!store.has_value() && store.error().code == Errc::not_found && next == 1) continue;  // killed before it began
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    CheckStore(**store, acknowledged);
  }
  EXPECT_GT(next, kBlocks);
}

}  // namespace
}  // namespace larder::testing
