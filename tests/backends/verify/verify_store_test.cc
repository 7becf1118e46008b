#include "larder/verify_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "larder/check_files.h"
#include "larder/host_record.h"
#include "larder/image_record.h"
#include "larder/manifest_record.h"
#include "larder/memory_store.h"
#include "larder/repository_record.h"

namespace larder {
namespace {

constexpr Time kNow{std::chrono::seconds(1'704'067'200)};
constexpr Time kLater = kNow + std::chrono::days(30);

// A repository of 150 tags (two blocks), one image, facts, a host, a lease.
std::map<Key, std::vector<std::byte>> Records() {
  std::map<Key, std::vector<std::byte>> records;
  RepositoryRecord state;
  state.name = ImageName::Parse("ghcr.io/a/b").value();
  state.generation = 3;
  state.expiry = kLater;
  std::vector<std::string> tags;
  for (int i = 100; i < 250; ++i) tags.push_back("v" + std::to_string(i));
  WriteBatch batch;
  state.blocks = PutTagBlocks(batch, state.name.Canonical(), 3, tags, kLater).value();
  for (const auto& op : batch.ops()) records[op.key] = op.record;
  records[KeyOf(state)] = BuildRepositoryRecord(state).value();
  ImageRecord image;
  image.status = EntryStatus::image;
  image.info.id = ImageRef::Parse("ghcr.io/a/b:v100").value();
  image.info.digest = Digest::Parse("sha256:" + std::string(64, 'a')).value();
  image.info.labels = {{"org.opencontainers.image.version", "v100"}};
  image.expiry = kLater;
  records[KeyOf(image)] = BuildImageRecord(image).value();
  ManifestFacts facts;
  facts.digest = image.info.digest;
  facts.platform = Platform::Parse("linux/amd64").value();
  records[Key::Manifest(facts.digest)] = BuildManifestRecord(facts, kLater).value();
  HostRecord host;
  host.host = "ghcr.io";
  host.expiry = kLater;
  records[Key::Host("ghcr.io")] = BuildHostRecord(host).value();
  LeaseRecord lease{"ghcr.io/a/b", "me", kLater};
  records[Key::Lease("ghcr.io/a/b")] = BuildLeaseRecord(lease).value();
  return records;
}

void Put(Store& store, const std::map<Key, std::vector<std::byte>>& records) {
  WriteBatch batch;
  for (const auto& [key, record] : records) batch.Put(key, record);
  const auto results = store.Write(batch, WriteOptions{kNow});
  ASSERT_TRUE(results.has_value()) << results.error().ToString();
}

VerifyOptions At(Time now) {
  VerifyOptions options;
  options.now = now;
  return options;
}

TEST(VerifyStore, EverythingInAWholeStoreIsNamed) {
  auto store = OpenMemoryStore().value();
  const auto records = Records();
  Put(*store, records);
  const auto report = VerifyStore(*store, At(kNow)).value();
  EXPECT_EQ(report.records, records.size());
  EXPECT_EQ(report.broken, 0U);
  EXPECT_EQ(report.missing_blocks, 0U);
  EXPECT_EQ(report.kinds[static_cast<std::size_t>(RecordKind::tags)], 2U);
  EXPECT_EQ(VerifyStore(*store, At(kLater))->expired, records.size());
  const Key image = Key::Image("ghcr.io/a/b", "v100");
  EXPECT_EQ(CheckRecord(image, records.at(image)).value(), "image ghcr.io/a/b:v100");
  const Key host = Key::Host("ghcr.io");
  EXPECT_EQ(CheckRecord(host, records.at(host)).value(), "limits of ghcr.io");
}

TEST(VerifyStore, EverySingleFlippedBitOfARecordOrItsKeyIsFound) {
  for (auto [key, record] : Records()) {
    for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
      record[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      const auto checked = CheckRecord(key, record);
      ASSERT_FALSE(checked.has_value()) << key.ToHex() << " bit " << bit;
      EXPECT_EQ(checked.error().code, Errc::corruption);
      record[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    }
    for (std::size_t bit = 0; bit < Key::kSize * 8; ++bit) {
      std::array<std::byte, Key::kSize> bytes;
      std::ranges::copy(key.bytes(), bytes.begin());
      bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      EXPECT_FALSE(CheckRecord(Key::FromBytes(bytes), record).has_value()) << key.ToHex() << " bit " << bit;
    }
  }
}

// A sum that is right says nothing of whose record it is.
TEST(VerifyStore, ARecordUnderAnotherNamesKeyIsBroken) {
  const auto records = Records();
  for (const auto& [key, record] : records) {
    if (key.kind() != RecordKind::image && key.kind() != RecordKind::repository) continue;
    const Key other =
        key.kind() == RecordKind::image ? Key::Image("ghcr.io/a/b", "v101") : Key::Repository("ghcr.io/x/y");
    RecordHeader header = ReadHeader(key, record).value();
    const auto moved = MakeRecord(other, header, PayloadOf(record)).value();
    EXPECT_EQ(CheckRecord(other, moved).error().code, Errc::corruption);
  }
}

TEST(VerifyStore, WhatIsBrokenCanBeRemovedAndWhatIsGoodStays) {
  auto store = OpenMemoryStore().value();
  auto records = Records();
  std::vector<Key> damaged = {Key::Image("ghcr.io/a/b", "v100"), Key::TagBlock("ghcr.io/a/b", 3, 1)};
  for (const Key& key : damaged) records[key].back() ^= std::byte{1};
  Put(*store, records);
  std::vector<Key> found;
  auto options = At(kNow);
  options.broken = [&](const Key& key, const std::string& what) {
    EXPECT_EQ(what, "checksum mismatch");
    found.push_back(key);
  };
  const auto report = VerifyStore(*store, options).value();
  EXPECT_EQ(report.broken, 2U);
  EXPECT_EQ(report.missing_blocks, 1U);
  std::ranges::sort(damaged);
  std::ranges::sort(found);
  EXPECT_EQ(found, damaged);
  // One of them was written anew meanwhile.
  Put(*store, {{damaged[0], Records().at(damaged[0])}});
  EXPECT_EQ(RemoveBroken(*store, found, kNow).value(), 1U);
  EXPECT_EQ(VerifyStore(*store, At(kNow))->broken, 0U);
  RecordBuf buffer;
  EXPECT_TRUE(store->Get(damaged[0], buffer).has_value());
  EXPECT_FALSE(store->Get(damaged[1], buffer).has_value());
}

TEST(VerifyStore, RecordsOfANewerReleaseAreNoDamage) {
  auto store = OpenMemoryStore().value();
  const Key key = Key::Image("ghcr.io/a/b", "v1");
  RecordHeader header;
  header.format = kFormatVersion + 1;
  header.kind = RecordKind::image;
  Put(*store, {{key, MakeRecord(key, header, std::vector<std::byte>(64)).value()}});
  const auto report = VerifyStore(*store, At(kNow)).value();
  EXPECT_EQ(report.newer, 1U);
  EXPECT_EQ(report.broken, 0U);
  EXPECT_EQ(RemoveBroken(*store, std::span(&key, 1), kNow).value(), 0U);
}

// They are rewritten when the store is opened for writing; a repair must not take them away before.
TEST(VerifyStore, RecordsOfTheFormatBeforeAreNoDamage) {
  auto store = OpenMemoryStore().value();
  const Key key = Key::Image("ghcr.io/a/b", "v1").OfVersion(kFormatVersion - 1);
  RecordHeader header;
  header.format = kFormatVersion - 1;
  header.kind = RecordKind::image;
  auto record = MakeRecord(key, header, std::vector<std::byte>(64, std::byte{9})).value();
  Put(*store, {{key, record}});
  const auto report = VerifyStore(*store, At(kNow)).value();
  EXPECT_EQ(report.records, 1U);
  EXPECT_EQ(report.broken, 0U);
  EXPECT_EQ(report.newer, 0U);
  EXPECT_EQ(RemoveBroken(*store, std::span(&key, 1), kNow).value(), 0U);
  record.back() ^= std::byte{1};
  Put(*store, {{key, record}});
  EXPECT_EQ(VerifyStore(*store, At(kNow))->broken, 1U);
}

TEST(CheckFiles, KnowsWhatEachEngineHas) {
  const auto none = [](const Key&, std::span<const std::byte>) {};
  EXPECT_FALSE(CheckFiles("memory:", none)->visited);
  EXPECT_EQ(CheckFiles("/x", none).error().code, Errc::invalid_argument);
  EXPECT_EQ(CheckFiles("lmdb:/no/such/place", none).error().code, Errc::not_found);
  EXPECT_EQ(CheckFiles("rocksdb:/no/such/place", none).error().code, Errc::not_found);
}

}  // namespace
}  // namespace larder
