#include "larder/repository_view.h"

#include <gtest/gtest.h>

#include "stored.h"

namespace larder {
namespace {

const ImageName kAlpine = ImageName::Parse("alpine").value();

std::vector<std::string> Tags(int count) {
  std::vector<std::string> tags;
  for (int i = 0; i < count; ++i) tags.push_back("v" + std::to_string(10'000 + i));
  return tags;
}

class RepositoryViewTest : public ::testing::Test {
 protected:
  void Fill(int listed, int known) {
    const auto tags = Tags(listed);
    stored.PutListing("alpine", tags, static_cast<std::uint32_t>(known));
    for (int i = 0; i < known; ++i) stored.Put(Stored::Image("alpine:" + tags[static_cast<std::size_t>(i)]));
  }
  RepositoryView View() { return Cache(*stored.store).Repository(kAlpine, kNow).value(); }
  Stored stored;
};

TEST_F(RepositoryViewTest, IsCompleteWithARecordForEachTag) {
  Fill(250, 250);
  const auto metadata = View().ToMetadata().value();
  EXPECT_EQ(metadata.completeness, Completeness::complete);
  EXPECT_EQ(metadata.tags, Tags(250));
  EXPECT_EQ(metadata.images.size(), 250U);
  EXPECT_EQ(metadata.images.at("v10007").id.ToString(), "alpine:v10007");
  EXPECT_FALSE(metadata.stale);
}

TEST_F(RepositoryViewTest, ATagWithoutRecordIsListedWithoutInfo) {
  Fill(250, 200);
  const auto metadata = View().ToMetadata().value();
  EXPECT_EQ(metadata.completeness, Completeness::partial);
  EXPECT_EQ(metadata.tags.size(), 250U);
  EXPECT_EQ(metadata.counts.pending, 50U);
  EXPECT_FALSE(metadata.GetImageTagInfo("v10240").has_value());
  EXPECT_TRUE(metadata.GetImageTagInfo("v10001").has_value());
}

TEST_F(RepositoryViewTest, AMissingBlockIsAHoleNeverAShorterList) {
  Fill(250, 250);
  stored.Remove(Key::TagBlock(kAlpine.Canonical(), 1, 1));
  const auto list = View().Tags().value();
  EXPECT_EQ(list.missing_blocks, 1U);
  EXPECT_EQ(list.tags.size(), 150U);
  EXPECT_EQ(View().ToMetadata().value().completeness, Completeness::partial);
}

TEST_F(RepositoryViewTest, RecordsThatWereEvictedMakeItPartialWhateverTheCountsSay) {
  Fill(20, 20);
  stored.Remove(Key::Image(kAlpine.Canonical(), "v10003"));
  EXPECT_EQ(View().completeness(), Completeness::complete);
  EXPECT_EQ(View().ToMetadata().value().completeness, Completeness::partial);
}

TEST_F(RepositoryViewTest, VisitsEachImageOnceAndStopsWhenTold) {
  Fill(250, 250);
  std::uint64_t seen = 0;
  auto visited = View().VisitImages([&](const ImageSpan&) {
    ++seen;
    return ScanAction::go_on;
  });
  EXPECT_EQ(seen, 250U);
  EXPECT_EQ(visited->visited, 250U);
  seen = 0;
  visited = View().VisitImages([&](const ImageSpan&) { return ++seen == 10 ? ScanAction::stop : ScanAction::go_on; });
  EXPECT_EQ(seen, 10U);
}

TEST_F(RepositoryViewTest, ABrokenImageIsCountedAndPassedOver) {
  Fill(10, 10);
  const auto record = Stored::Image("alpine:v10004");
  auto bytes = BuildImageRecord(record).value();
  bytes[100] ^= std::byte{1};
  stored.Put(KeyOf(record), bytes);
  const auto visited = View().VisitImages([](const ImageSpan&) { return ScanAction::go_on; });
  EXPECT_EQ(visited->visited, 9U);
  EXPECT_EQ(visited->broken, 1U);
}

TEST_F(RepositoryViewTest, IsStaleLongAfterItShouldHaveBeenListed) {
  Fill(3, 3);
  Cache cache(*stored.store);
  EXPECT_FALSE(cache.Repository(kAlpine, kNow + std::chrono::minutes(9)).value().stale());
  EXPECT_TRUE(cache.Repository(kAlpine, kNow + std::chrono::hours(3)).value().stale());
}

}  // namespace
}  // namespace larder
