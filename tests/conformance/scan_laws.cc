// Scans, and what a held Reader sees.
#include <algorithm>

#include "conformance/store_conformance.h"
#include "larder/record.h"

namespace larder::conformance {
namespace {

constexpr std::string_view kOther = "docker.io/library/nginx";

struct Filled {
  std::vector<Key> images;  // of kName, in key order
  std::vector<Key> all;     // in key order
};

Filled KeysOfTwoRepositories() {
  Filled keys;
  for (int i = 0; i < 40; ++i) keys.images.push_back(ImageKey(i));
  keys.all = keys.images;
  for (int i = 0; i < 25; ++i) keys.all.push_back(ImageKey(i, kOther));
  for (std::string_view name : {kName, kOther}) {
    keys.all.push_back(Key::Repository(name));
    for (std::uint32_t block = 0; block < 3; ++block) keys.all.push_back(Key::TagBlock(name, 7, block));
  }
  keys.all.push_back(Key::Host("ghcr.io"));
  std::ranges::sort(keys.images);
  std::ranges::sort(keys.all);
  return keys;
}

#define LARDER_SKIP_WITHOUT_SCANS() \
  if (!engine().scans) GTEST_SKIP() << "skipped: " << engine().name << " cannot enumerate"

TEST_P(StoreConformance, AScanIsUnsupportedWhereTheEngineCannotEnumerate) {
  if (engine().scans) GTEST_SKIP() << "skipped: " << engine().name << " enumerates";
  const auto scanned = OpenReader()->Scan({}, [](const Key&, auto) { return ScanAction::go_on; });
  ASSERT_FALSE(scanned.has_value());
  EXPECT_EQ(scanned.error().code, Errc::unsupported);
}

TEST_P(StoreConformance, AFreshStoreHoldsNothingThatAScanShows) {
  LARDER_SKIP_WITHOUT_SCANS();
  EXPECT_THAT(Scan(KeyRange::All()), ::testing::IsEmpty());  // in particular not the marker
}

TEST_P(StoreConformance, AScanVisitsARangeInKeyOrder) {
  LARDER_SKIP_WITHOUT_SCANS();
  const Filled keys = KeysOfTwoRepositories();
  WriteBatch batch;
  for (const Key& key : keys.all) batch.Put(key, RecordOf(key));
  Apply(batch);
  EXPECT_EQ(Scan(KeyRange::All()), keys.all);
  EXPECT_EQ(Scan(KeyRange::OfRepository(RecordKind::image, kName)), keys.images);
  EXPECT_EQ(Scan(KeyRange::OfKind(RecordKind::image)).size(), 65u);
  EXPECT_EQ(Scan(KeyRange::OfKind(RecordKind::host)), std::vector{Key::Host("ghcr.io")});
  EXPECT_EQ(Scan(KeyRange::OfKind(RecordKind::lease)), std::vector<Key>{});
  const auto blocks = Scan(KeyRange::OfTagBlocks(kName, 7));
  ASSERT_EQ(blocks.size(), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(blocks[i].block(), i);
  KeyRange range;
  range.begin = keys.images[5];
  range.end = keys.images[9];
  EXPECT_EQ(Scan(range), (std::vector(keys.images.begin() + 5, keys.images.begin() + 9)));
}

TEST_P(StoreConformance, AScanStopsWhenToldAndResumesByKey) {
  LARDER_SKIP_WITHOUT_SCANS();
  const Filled keys = KeysOfTwoRepositories();
  WriteBatch batch;
  for (const Key& key : keys.all) batch.Put(key, RecordOf(key));
  Apply(batch);
  std::vector<Key> seen;
  KeyRange rest = KeyRange::All();
  for (std::size_t before = 1; before != seen.size();) {
    before = seen.size();
    int in_this_reader = 0;
    ASSERT_TRUE(OpenReader()
                    ->Scan({.range = rest},
                           [&](const Key& key, std::span<const std::byte>) {
                             seen.push_back(key);
                             return ++in_this_reader == 7 ? ScanAction::stop : ScanAction::go_on;
                           })
                    .has_value());
    if (!seen.empty()) rest.begin = seen.back().Next();
  }
  EXPECT_EQ(seen, keys.all);
}

TEST_P(StoreConformance, AScanOfHeadersShowsAtLeastTheHeader) {
  LARDER_SKIP_WITHOUT_SCANS();
  Put(ImageKey(1), RecordOf(ImageKey(1), 4000));
  int visits = 0;
  ASSERT_TRUE(OpenReader()
                  ->Scan({.headers_only = true},
                         [&](const Key& key, std::span<const std::byte> record) {
                           ++visits;
                           EXPECT_EQ(key, ImageKey(1));
                           const auto header = ReadHeader(key, record);
                           EXPECT_TRUE(header.has_value() && header->expiry == kNow + kRetention);
                           return ScanAction::go_on;
                         })
                  .has_value());
  EXPECT_EQ(visits, 1);
}

TEST_P(StoreConformance, AScanShowsWholeRecords) {
  LARDER_SKIP_WITHOUT_SCANS();
  for (int i = 0; i < 5; ++i) Put(ImageKey(i), RecordOf(ImageKey(i), 3000, static_cast<unsigned>(i)));
  ASSERT_TRUE(OpenReader()
                  ->Scan({},
                         [&](const Key& key, std::span<const std::byte> record) {
                           EXPECT_TRUE(VerifyRecord(key, record).has_value());
                           EXPECT_EQ(record.size(), 3000 + kRecordHeaderBytes);
                           return ScanAction::go_on;
                         })
                  .has_value());
}

// Everywhere: a held Reader neither blocks a writer, on the same thread or another, nor breaks.
TEST_P(StoreConformance, AReaderDoesNotBlockWriters) {
  const Key key = ImageKey(1);
  Put(key, RecordOf(key, 64, 1));
  auto reader = OpenReader();
  ASSERT_TRUE(reader->Get(key).has_value());
  Put(key, RecordOf(key, 64, 2));
  Remove(key);
  Put(ImageKey(2), RecordOf(ImageKey(2), 64, 3));
  EXPECT_EQ(Contents(key), std::nullopt);
  EXPECT_EQ(SeedOf(Contents(ImageKey(2)).value()), 3u);
}

TEST_P(StoreConformance, AReaderSeesTheMomentOfItsOpening) {
  if (!engine().traits.snapshot) GTEST_SKIP() << "skipped: " << engine().name << " has no snapshots";
  WriteBatch batch;
  std::vector<Key> keys;
  for (int i = 0; i < 200; ++i) keys.push_back(ImageKey(i));
  for (const Key& key : keys) batch.Put(key, RecordOf(key, 200, 1));
  Apply(batch);
  auto before = OpenReader();
  const auto held = before->Get(keys[0]);
  ASSERT_TRUE(held.has_value());
  for (unsigned round = 2; round < 6; ++round) {
    WriteBatch change;
    for (int i = 0; i < 100; ++i)
      change.Put(keys[static_cast<std::size_t>(i)], RecordOf(keys[static_cast<std::size_t>(i)], 200, round));
    for (int i = 100; i < 200; ++i) change.Remove(keys[static_cast<std::size_t>(i)]);
    change.Put(ImageKey(1000 + static_cast<int>(round)), RecordOf(ImageKey(1000 + static_cast<int>(round))));
    Apply(change);
  }
  EXPECT_TRUE(VerifyRecord(keys[0], *held).has_value()) << "the span dies with the next call, not with a write";
  EXPECT_EQ(SeedOf(*held), 1u);
  for (const Key& key : keys) {
    const auto seen = before->Get(key);
    ASSERT_TRUE(seen.has_value());
    EXPECT_EQ(SeedOf(*seen), 1u);
  }
  std::size_t scanned = 0;
  ASSERT_TRUE(before
                  ->Scan({},
                         [&](const Key&, std::span<const std::byte> record) {
                           ++scanned;
                           EXPECT_EQ(SeedOf(record), 1u);
                           return ScanAction::go_on;
                         })
                  .has_value());
  EXPECT_EQ(scanned, keys.size());
  auto after = OpenReader();
  EXPECT_EQ(SeedOf(after->Get(keys[0]).value()), 5u);
  EXPECT_FALSE(after->Get(keys[150]).has_value());
}

}  // namespace
}  // namespace larder::conformance
