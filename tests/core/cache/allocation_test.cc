// The read path on LMDB allocates nothing.
#include <gtest/gtest.h>

#include "larder/cache.h"
#include "larder/lmdb_store.h"
#include "support/count_allocations.h"
#include "support/temp_dir.h"

namespace larder {
namespace {

constexpr Time kNow{std::chrono::seconds(1'704'067'200)};

TEST(Allocations, ImageOnLmdbMakesNone) {
  const testing::TempDir dir;
  LmdbOptions options;
  options.path = (dir.path() / "store").string();
  auto store = OpenLmdbStore(options).value();
  ImageRecord record;
  record.status = EntryStatus::image;
  record.info.id =
      ImageRef::Parse("registry-1.docker.io/library/a-rather-long-name-of-an-image:v1.2.3-a-rather-long-tag").value();
  record.info.digest = Digest::Parse("sha256:" + std::string(64, 'a')).value();
  record.info.platform_digest = record.info.digest;
  WriteBatch batch;
  batch.Put(KeyOf(record), BuildImageRecord(record).value());
  WriteOptions write;
  write.now = kNow;
  ASSERT_TRUE(store->Write(batch, write).has_value());
  const Cache cache(*store);
  const ImageRef absent = record.info.id.WithNewTag("absent");
  ASSERT_TRUE(cache.Image(record.info.id, kNow).has_value());  // the first read makes a read transaction

  const auto before = testing::ThreadAllocations();
  bool right = true;
  for (int i = 0; i < 100; ++i) {
    const auto image = cache.Image(record.info.id, kNow);
    right = right && image.has_value() && image->digest() == record.info.digest && image->tag().size() == 24;
    right = right && !cache.Image(absent, kNow).has_value();
  }
  const auto after = testing::ThreadAllocations();
  EXPECT_TRUE(right);
  EXPECT_EQ(after - before, 0U);
}

TEST(Allocations, ARepositoryOnLmdbMakesThoseOfItsNameAlone) {
  const testing::TempDir dir;
  LmdbOptions options;
  options.path = (dir.path() / "store").string();
  auto store = OpenLmdbStore(options).value();
  RepositoryRecord state;
  state.name = ImageName::Parse("ghcr.io/a-team/a-rather-long-name-of-a-repository").value();
  state.generation = 1;
  state.counts.tags = state.counts.known = 10'000;
  WriteBatch batch;
  batch.Put(KeyOf(state), BuildRepositoryRecord(state).value());
  WriteOptions write;
  write.now = kNow;
  ASSERT_TRUE(store->Write(batch, write).has_value());
  const Cache cache(*store);
  ASSERT_TRUE(cache.Repository(state.name, kNow).has_value());

  const auto before = testing::ThreadAllocations();
  const bool right = cache.Repository(state.name, kNow)->state().counts.tags == 10'000;
  const auto after = testing::ThreadAllocations();
  EXPECT_TRUE(right);
  EXPECT_EQ(after - before, 1U);  // the path; the host is short
}

}  // namespace
}  // namespace larder
