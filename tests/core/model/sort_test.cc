#include "larder/sort.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace larder {
namespace {

using ::testing::ElementsAre;

ImageInfo Image(const std::string& tag, Timestamp created = {}) {
  ImageInfo info;
  info.id = *ImageRef::Parse("my/image:" + tag);
  info.created_at = created;
  return info;
}

std::vector<std::string> SortedTags(std::vector<ImageInfo> images, NewerFn newer) {
  Sort(images, newer);
  std::vector<std::string> tags;
  for (const ImageInfo& image : images) tags.push_back(image.id.tag());
  return tags;
}

// The same result whatever the order at the beginning.
void ExpectSorted(const std::vector<ImageInfo>& images, NewerFn newer, const std::vector<std::string>& expected) {
  std::vector<ImageInfo> shuffled = images;
  std::mt19937 random(301);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(SortedTags(shuffled, newer), expected);
    std::shuffle(shuffled.begin(), shuffled.end(), random);
  }
}

TEST(SortTest, ByCreatedPutsTheNewestFirstAndTheUndatedLast) {
  std::vector<ImageInfo> images = {Image("2", Timestamp(100, 0)),
                                   Image("0", Timestamp(100, 2)),
                                   Image("1", Timestamp(100, 1)),
                                   Image("5"),
                                   Image("4"),
                                   Image("3", Timestamp(-5, 0))};
  images[0].label_times.created = Timestamp(999, 0);  // label times have no part in it
  ExpectSorted(images, NewerByCreated, {"0", "1", "2", "3", "4", "5"});
  ExpectSorted(images, nullptr, {"0", "1", "2", "3", "4", "5"});
}

TEST(SortTest, ByCreatedEqualTimesGoByText) {
  ExpectSorted({Image("b", Timestamp(1, 0)), Image("a", Timestamp(1, 0)), Image("c", Timestamp(1, 0))}, NewerByCreated,
               {"a", "b", "c"});
}

TEST(SortTest, BySemverPutsTheHighestFirstTheMoreExplicitBeforeAndTheRestLast) {
  ExpectSorted({Image("3"), Image("v1"), Image("1.10"), Image("1.2.30"), Image("1.10.0"), Image("bbb-not-semver"),
                Image("aaa-not-semver"), Image("3.0.0-rc.1"), Image("latest")},
               NewerBySemver,
               {"3", "3.0.0-rc.1", "1.10.0", "1.10", "1.2.30", "v1", "latest", "bbb-not-semver", "aaa-not-semver"});
}

TEST(CompareSemverTest, IsZeroOnlyForEqualTextsAndIsAnOrder) {
  const std::vector<std::string> falling = {"v2", "2.0.0-rc.2", "2.0.0-rc.1", "v1.0.0", "v1",      "1.0.0", "1.0",
                                            "1",  "v0",         "zz",         "latest", "1.2.3.4", ""};
  for (std::size_t i = 0; i < falling.size(); ++i) {
    for (std::size_t j = 0; j < falling.size(); ++j) {
      const int order = CompareSemver(falling[i], falling[j]);
      EXPECT_EQ(order < 0, i < j) << falling[i] << " " << falling[j];
      EXPECT_EQ(order == 0, i == j) << falling[i] << " " << falling[j];
    }
  }
}

}  // namespace
}  // namespace larder
