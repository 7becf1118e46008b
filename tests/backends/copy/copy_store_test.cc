#include "larder/copy_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "larder/host_record.h"
#include "larder/image_record.h"
#include "larder/manifest_record.h"
#include "larder/memory_store.h"
#include "larder/open_store.h"
#include "larder/repository_record.h"
#include "larder/scan.h"
#include "support/memcached_server.h"
#include "support/servers.h"
#include "support/temp_dir.h"

namespace larder {
namespace {

constexpr Time kNow{std::chrono::seconds(1'704'067'200)};
constexpr Time kLater = kNow + std::chrono::days(30);

// The bytes of every record that a store has.
using Records = std::map<std::string, std::vector<std::byte>>;

Records Dump(Store& store) {
  Records records;
  EXPECT_TRUE(ScanStore(store, {}, [&](const Key& key, std::span<const std::byte> bytes) {
                records[key.ToHex()].assign(bytes.begin(), bytes.end());
                return ScanAction::go_on;
              }).has_value());
  return records;
}

// One in ten has expired.
void Fill(Store& store, int images) {
  WriteBatch batch;
  for (int i = 0; i < images; ++i) {
    ImageRecord record;
    record.status = EntryStatus::image;
    record.info.id = ImageRef::Parse("ghcr.io/a/b" + std::to_string(i % 7) + ":v" + std::to_string(i)).value();
    record.expiry = i % 10 == 9 ? kNow - std::chrono::days(1) : kLater;
    record.deadline = kNow - std::chrono::hours(1);
    batch.Put(KeyOf(record), BuildImageRecord(record).value());
  }
  ASSERT_TRUE(store.Write(batch, WriteOptions{kNow}).has_value());
}

// One or more records of every kind but images.
void FillOtherKinds(Store& store) {
  WriteBatch batch;
  RepositoryRecord state;
  state.name = ImageName::Parse("ghcr.io/a/b0").value();
  state.generation = 3;
  state.expiry = kLater;
  const std::vector<std::string> tags = {"v0", "v7", "v14"};
  state.blocks = PutTagBlocks(batch, state.name.Canonical(), 3, tags, kLater).value();
  batch.Put(KeyOf(state), BuildRepositoryRecord(state).value());
  ManifestFacts facts;
  facts.digest = Digest::Parse("sha256:" + std::string(64, 'a')).value();
  batch.Put(Key::Manifest(facts.digest), BuildManifestRecord(facts, kLater).value());
  HostRecord host;
  host.host = "ghcr.io";
  host.expiry = kLater;
  batch.Put(Key::Host(host.host), BuildHostRecord(host).value());
  const LeaseRecord lease{"ghcr.io/a/b0", "host-1", kNow + std::chrono::minutes(5)};
  batch.Put(Key::Lease(lease.name), BuildLeaseRecord(lease).value());
  ASSERT_TRUE(store.Write(batch, WriteOptions{kNow}).has_value());
}

CopyOptions At(Time now) {
  CopyOptions options;
  options.now = now;
  return options;
}

// Opens new stores of one engine after another; on memcached each is a namespace.
class Places {
 public:
  std::vector<std::string> Engines() {
    std::vector<std::string> engines;
    for (const StoreScheme& scheme : StoreSchemes()) {
      if (scheme.available && scheme.name != "memcached+srv") engines.emplace_back(scheme.name);
    }
    if (testing::HaveMemcached() && std::ranges::find(engines, "memcached") != engines.end()) {
      auto started = testing::MemcachedServer::Start();
      EXPECT_TRUE(started.has_value());
      if (started.has_value()) server_ = std::move(*started);
    }
    if (!server_) std::erase(engines, "memcached");
    return engines;
  }

  std::unique_ptr<Store> New(const std::string& engine) {
    const std::string name = "s" + std::to_string(next_++);
    std::string url = engine + ":" + (dir_.path() / name).string();
    if (engine == "memory") url = "memory:";
    if (engine == "memcached") url = "memcached://" + server_->endpoint() + "/" + name + "?timeout=10s";
    auto store = OpenStore(url);
    EXPECT_TRUE(store.has_value()) << store.error().ToString();
    return store.has_value() ? std::move(*store) : nullptr;
  }

 private:
  const testing::TempDir dir_;
  std::unique_ptr<testing::MemcachedServer> server_;
  int next_ = 0;
};

TEST(CopyStore, BetweenAnyTwoEnginesEveryRecordArrivesAndASecondRunChangesNothing) {
  constexpr int kImages = 1'200;
  constexpr std::uint64_t kOthers = 4;  // without the lease
  Places places;
  const auto engines = places.Engines();
  for (const auto& engine : engines) {
    const auto from = places.New(engine);
    ASSERT_NE(from, nullptr);
    Fill(*from, kImages);
    FillOtherKinds(*from);
    const Records before = Dump(*from);
    ASSERT_EQ(before.size(), kImages + kOthers + 1);
    if (engine == "lmdb") {
      EXPECT_EQ(from->Stats()->records, before.size()) << "the total of a progress bar";
    }
    for (const auto& target : engines) {
      SCOPED_TRACE("from " + engine + " to " + target);
      const auto to = places.New(target);
      ASSERT_NE(to, nullptr);
      // memcached drops what is over, and so is not given it.
      const std::uint64_t expired = target == "memcached" ? kImages / 10 : 0;
      std::vector<std::uint64_t> steps;
      auto options = At(kNow);
      options.progress = [&](const CopyReport& so_far) {
        steps.push_back(so_far.read);
        return ScanAction::go_on;
      };
      const auto first = CopyStore(*from, *to, options);
      ASSERT_TRUE(first.has_value()) << first.error().ToString();
      EXPECT_EQ(first->read, before.size());
      EXPECT_EQ(first->leases, 1U);
      EXPECT_EQ(first->expired, expired);
      EXPECT_EQ(first->written, kImages + kOthers - expired);
      EXPECT_EQ(first->same + first->broken + first->newer + first->failed, 0U);
      EXPECT_GE(steps.size(), 3U);
      EXPECT_TRUE(std::ranges::is_sorted(steps));
      EXPECT_EQ(steps.back(), before.size());

      const Records after = Dump(*to);
      EXPECT_EQ(after.size(), first->written);
      EXPECT_FALSE(after.contains(Key::Lease("ghcr.io/a/b0").ToHex()));
      for (const auto& [key, bytes] : after) ASSERT_EQ(bytes, before.at(key)) << key;

      const auto second = CopyStore(*from, *to, At(kNow));
      ASSERT_TRUE(second.has_value()) << second.error().ToString();
      EXPECT_EQ(second->written, 0U);
      EXPECT_EQ(second->same, first->written);
      EXPECT_EQ(Dump(*to), after);
      EXPECT_EQ(Dump(*from), before);
    }
  }
}

TEST(CopyStore, ADryRunWritesNothing) {
  auto from = OpenMemoryStore().value();
  auto to = OpenMemoryStore().value();
  Fill(*from, 100);
  auto options = At(kNow);
  options.dry_run = true;
  EXPECT_EQ(CopyStore(*from, *to, options)->written, 100U);
  EXPECT_TRUE(Dump(*to).empty());
}

TEST(CopyStore, BrokenRecordsStayBehindAndAreCounted) {
  auto from = OpenMemoryStore().value();
  auto to = OpenMemoryStore().value();
  Fill(*from, 10);
  WriteBatch batch;
  batch.Put(Key::Image("ghcr.io/a/x", "1"), std::vector<std::byte>(64, std::byte{7}));
  ASSERT_TRUE(from->Write(batch, WriteOptions{kNow}).has_value());
  const auto report = CopyStore(*from, *to, At(kNow)).value();
  EXPECT_EQ(report.broken, 1U);
  EXPECT_EQ(report.newer, 0U);
  EXPECT_EQ(report.written, 10U);
}

TEST(CopyStore, RecordsOfANewerFormatStayBehindAndAreNoDamage) {
  auto from = OpenMemoryStore().value();
  auto to = OpenMemoryStore().value();
  Fill(*from, 10);
  const Key key = Key::Image("ghcr.io/a/x", "1");
  RecordHeader header;
  header.format = kFormatVersion + 1;
  header.kind = RecordKind::image;
  WriteBatch batch;
  batch.Put(key, MakeRecord(key, header, std::vector<std::byte>(64)).value());
  ASSERT_TRUE(from->Write(batch, WriteOptions{kNow}).has_value());
  const auto report = CopyStore(*from, *to, At(kNow)).value();
  EXPECT_EQ(report.newer, 1U);
  EXPECT_EQ(report.broken, 0U);
  EXPECT_EQ(report.written, 10U);
}

TEST(CopyStore, CanBeStoppedAndGoesOnInAnotherRun) {
  auto from = OpenMemoryStore().value();
  auto to = OpenMemoryStore().value();
  Fill(*from, 2'000);
  auto options = At(kNow);
  options.progress = [](const CopyReport&) { return ScanAction::stop; };
  EXPECT_EQ(CopyStore(*from, *to, options).error().code, Errc::cancelled);
  const auto rest = CopyStore(*from, *to, At(kNow)).value();
  EXPECT_GT(rest.same, 0U);
  EXPECT_EQ(Dump(*to), Dump(*from));
}

}  // namespace
}  // namespace larder
