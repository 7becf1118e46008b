// Get, GetMany, Write of single records, sizes, reopening.
#include <set>

#include "conformance/store_conformance.h"
#include "larder/cache.h"
#include "larder/image_view.h"

namespace larder::conformance {
namespace {

bool Aligned(const void* at) { return reinterpret_cast<std::uintptr_t>(at) % 8 == 0; }

TEST_P(StoreConformance, TraitsAreThoseOfTheEngine) {
  const StoreTraits traits = store().Traits();
  EXPECT_EQ(traits.engine, engine().traits.engine);
  EXPECT_EQ(traits.ordered, engine().traits.ordered);
  EXPECT_EQ(traits.snapshot, engine().traits.snapshot);
  EXPECT_EQ(traits.atomic, engine().traits.atomic);
  EXPECT_EQ(traits.durable, engine().traits.durable);
  EXPECT_EQ(traits.shared, engine().traits.shared);
}

TEST_P(StoreConformance, GetAnswersWhatWasPut) {
  const Key key = ImageKey(1);
  const Bytes record = RecordOf(key);
  Put(key, record);
  EXPECT_EQ(Contents(key), record);
  auto reader = OpenReader();
  const auto seen = reader->Get(key);
  ASSERT_TRUE(seen.has_value()) << seen.error().ToString();
  EXPECT_EQ(Bytes(seen->begin(), seen->end()), record);
}

TEST_P(StoreConformance, AMissIsNotFoundWithoutAMessage) {
  RecordBuf buffer;
  const auto missed = store().Get(ImageKey(1), buffer);
  ASSERT_FALSE(missed.has_value());
  EXPECT_EQ(missed.error().code, Errc::not_found);
  EXPECT_EQ(missed.error().message, "");
  auto reader = OpenReader();
  const auto seen = reader->Get(ImageKey(1));
  ASSERT_FALSE(seen.has_value());
  EXPECT_EQ(seen.error().code, Errc::not_found);
  EXPECT_EQ(seen.error().message, "");
}

TEST_P(StoreConformance, PutReplacesAndRemoveRemoves) {
  const Key key = ImageKey(1);
  Put(key, RecordOf(key, 64, 1));
  Put(key, RecordOf(key, 800, 2));
  EXPECT_EQ(Contents(key), RecordOf(key, 800, 2));
  Put(key, RecordOf(key, 8, 3));
  EXPECT_EQ(Contents(key), RecordOf(key, 8, 3));
  Remove(key);
  EXPECT_EQ(Contents(key), std::nullopt);
  Remove(key);  // removing what is not there succeeds
}

TEST_P(StoreConformance, ABufferIsUsedAgainWhateverItHeld) {
  const Key large = ImageKey(1);
  const Key small = ImageKey(2);
  Put(large, RecordOf(large, 4000));
  Put(small, RecordOf(small, 16));
  RecordBuf buffer;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(store().Get(large, buffer).has_value());
    EXPECT_EQ(buffer.size(), 4000 + kRecordHeaderBytes);
    ASSERT_TRUE(store().Get(small, buffer).has_value());
    EXPECT_EQ(Bytes(buffer.bytes().begin(), buffer.bytes().end()), RecordOf(small, 16));
  }
}

TEST_P(StoreConformance, AnExpiredRecordIsStillAnswered) {
  const Key key = ImageKey(1);
  const Bytes record = RecordOf(key, 64, 1, kNow - std::chrono::hours{1});
  Put(key, record);
  EXPECT_EQ(Contents(key), record);
}

TEST_P(StoreConformance, EverySizeUpToAPageIsKept) {
  WriteBatch batch;
  std::vector<Key> keys;
  for (std::size_t size = kRecordHeaderBytes; size <= kMaxRecordBytes; size += 8) {
    keys.push_back(ImageKey(static_cast<int>(size)));
    batch.Put(keys.back(), RecordOf(keys.back(), size - kRecordHeaderBytes));
  }
  Apply(batch);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ASSERT_EQ(Contents(keys[i]), batch.ops()[i].record) << batch.ops()[i].record.size() << " bytes";
  }
}

// Engines do not look into records: what is shorter than a header, or empty, is kept as it is.
TEST_P(StoreConformance, BytesThatAreNoRecordAreKept) {
  for (std::size_t size = 0; size <= kRecordHeaderBytes; size += 8) {
    const Key key = ImageKey(static_cast<int>(size));
    const Bytes bytes(size, std::byte{0x5A});
    Put(key, bytes);
    EXPECT_EQ(Contents(key), bytes) << size << " bytes";
  }
}

TEST_P(StoreConformance, WhatIsOverAPageOrOddIsRefusedAndTheRestIsWritten) {
  struct Case {
    std::size_t bytes;
    std::optional<Errc> refused;
  };
  const Case cases[] = {{kMaxRecordBytes, std::nullopt},
                        {kMaxRecordBytes + 1, Errc::too_large},
                        {kMaxRecordBytes + 8, Errc::too_large},
                        {kMaxRecordBytes - 1, Errc::invalid_argument},
                        {44, Errc::invalid_argument},
                        {kRecordHeaderBytes, std::nullopt},
                        {kMaxRecordBytes * 300, Errc::too_large},
                        {0, std::nullopt}};
  WriteBatch batch;
  for (const Case& each : cases) {
    batch.Put(ImageKey(static_cast<int>(batch.size())), Bytes(each.bytes, std::byte{0x5A}));
  }
  const auto results = store().Write(batch, {.now = kNow});
  ASSERT_TRUE(results.has_value()) << results.error().ToString();
  ASSERT_EQ(results->size(), batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto& result = results->at(i);
    ASSERT_EQ(result.has_value(), !cases[i].refused.has_value()) << cases[i].bytes << " bytes";
    if (result.has_value()) {
      EXPECT_EQ(Contents(ImageKey(static_cast<int>(i))), batch.ops()[i].record) << cases[i].bytes << " bytes";
    } else {
      EXPECT_EQ(result.error().code, *cases[i].refused) << cases[i].bytes << " bytes";
      EXPECT_EQ(Contents(ImageKey(static_cast<int>(i))), std::nullopt) << cases[i].bytes << " bytes";
    }
  }
}

TEST_P(StoreConformance, ImagesOfTheLongestNameAndTagsAreReadAndScannedBack) {
  constexpr std::string_view kHost = "registry.example.com/";
  const std::string name = std::string(kHost) + std::string(kMaxNameLength - kHost.size(), 'n');
  std::set<std::string> tags;
  WriteBatch batch;
  for (char c = 'a'; c <= 'h'; ++c) {
    tags.insert(std::string(kMaxTagLength - 1, 't') + c);
    const ImageRecord record = ImageOf(ImageRef::Parse(name + ":" + std::string(kMaxTagLength - 1, 't') + c).value());
    ASSERT_EQ(record.info.id.name().Canonical().size(), kMaxNameLength);
    batch.Put(KeyOf(record), BuildImageRecord(record).value());
  }
  Apply(batch);
  const Cache cache(store());
  for (const std::string& tag : tags) {
    const auto image = cache.Image(ImageRef::Parse(name + ":" + tag).value(), kNow);
    ASSERT_TRUE(image.has_value()) << image.error().ToString();
    EXPECT_EQ(image->name(), name);
    EXPECT_EQ(image->tag(), tag);
    EXPECT_EQ(image->ToRecord(), ImageOf(ImageRef::Parse(name + ":" + tag).value()));
  }
  EXPECT_EQ(cache.corrupt(), 0u);
  if (!engine().scans) return;
  std::set<std::string> scanned;
  const auto range = KeyRange::OfRepository(RecordKind::image, name);
  ASSERT_TRUE(OpenReader()
                  ->Scan({.range = range},
                         [&](const Key& key, std::span<const std::byte> record) {
                           const auto image = ImageSpan::Make(key, name, record);
                           EXPECT_TRUE(image.has_value()) << image.error().ToString();
                           if (image.has_value()) scanned.emplace(image->tag());
                           return ScanAction::go_on;
                         })
                  .has_value());
  EXPECT_EQ(scanned, tags);
}

TEST_P(StoreConformance, RecordsAreHandedOutEightByteAligned) {
  WriteBatch batch;
  std::vector<Key> keys;
  for (int i = 0; i < 200; ++i) {
    keys.push_back(ImageKey(i));
    batch.Put(keys.back(), RecordOf(keys.back(), 8 * static_cast<std::size_t>(1 + i % 37 + (i % 5 == 0 ? 400 : 0))));
  }
  Apply(batch);
  RecordBuf buffer;
  auto reader = OpenReader();
  for (const Key& key : keys) {
    ASSERT_TRUE(store().Get(key, buffer).has_value());
    EXPECT_TRUE(Aligned(buffer.bytes().data()));
    EXPECT_TRUE(Aligned(reader->Get(key)->data()));
  }
  reader->GetMany(keys, [](std::size_t, const Result<std::span<const std::byte>>& record) {
    ASSERT_TRUE(record.has_value()) << record.error().ToString();
    EXPECT_TRUE(Aligned(record->data()));
  });
  if (!engine().scans) return;
  ASSERT_TRUE(reader
                  ->Scan({},
                         [](const Key&, std::span<const std::byte> record) {
                           EXPECT_TRUE(Aligned(record.data()));
                           return ScanAction::go_on;
                         })
                  .has_value());
}

TEST_P(StoreConformance, GetManyVisitsEveryIndexOnceAndTellsTheHoles) {
  WriteBatch batch;
  std::vector<Key> keys;
  for (int i = 0; i < 300; ++i) {
    keys.push_back(ImageKey(i));
    if (i % 3 != 0) batch.Put(keys.back(), RecordOf(keys.back(), i % 7 == 0 ? 4000 : 64, static_cast<unsigned>(i)));
  }
  keys.push_back(keys[1]);  // asked for twice, answered twice
  Apply(batch);
  std::multiset<std::size_t> visited;
  OpenReader()->GetMany(keys, [&](std::size_t i, const Result<std::span<const std::byte>>& record) {
    visited.insert(i);
    if (i % 3 == 0 && i != 300) {
      ASSERT_FALSE(record.has_value()) << i;
      EXPECT_EQ(record.error().code, Errc::not_found);
    } else {
      ASSERT_TRUE(record.has_value()) << i << ": " << record.error().ToString();
      EXPECT_EQ(SeedOf(*record), i == 300 ? 1u : i);
    }
  });
  ASSERT_EQ(visited.size(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(visited.count(i), 1u) << i;
}

TEST_P(StoreConformance, GetManyOfNothingVisitsNothing) {
  OpenReader()->GetMany({}, [](std::size_t, const auto&) { ADD_FAILURE(); });
}

TEST_P(StoreConformance, WhatWasWrittenIsThereAfterAReopen) {
  if (!engine().reopens) GTEST_SKIP() << "skipped: " << engine().name << " does not keep what it holds";
  WriteBatch batch;
  for (int i = 0; i < 100; ++i) batch.Put(ImageKey(i), RecordOf(ImageKey(i), 64, static_cast<unsigned>(i)));
  Apply(batch);
  Reopen();  // without a Flush
  Remove(ImageKey(7));
  ASSERT_TRUE(store().Flush().has_value());
  Reopen();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Contents(ImageKey(i)),
              i == 7 ? std::nullopt : std::optional(batch.ops()[static_cast<std::size_t>(i)].record));
  }
}

TEST_P(StoreConformance, StatsCountWhatIsThere) {
  WriteBatch batch;
  for (int i = 0; i < 50; ++i) batch.Put(ImageKey(i), RecordOf(ImageKey(i)));
  Apply(batch);
  const auto stats = store().Stats();
  ASSERT_TRUE(stats.has_value()) << stats.error().ToString();
  EXPECT_GE(stats->records, 50u);
  EXPECT_GT(stats->live_bytes, 0u);
  EXPECT_FALSE(stats->engine.empty());
}

}  // namespace
}  // namespace larder::conformance
