#include <gmock/gmock.h>

#include "core/refresh/now.h"
#include "larder/listing_rules.h"

namespace larder {
namespace {

using namespace std::chrono_literals;

const Time kLongAgo = kNow - std::chrono::days(2);

struct Listing {
  const char* what;
  bool listed;
  Time gone_since, last_checked;
  Time expected_since;
  bool confirm;
};

TEST(AfterListingTest, ATagIsAskedForWhenTwoListingsAMinuteApartLackIt) {
  const Listing cases[] = {
      {"listed", true, Time(), kLongAgo, Time(), false},
      {"back again", true, kNow - 5min, kLongAgo, Time(), false},
      {"gone for the first time", false, Time(), kLongAgo, kNow, false},
      {"gone again, too soon after", false, kNow - 59s, kLongAgo, kNow - 59s, false},
      {"gone for a minute", false, kNow - 60s, kLongAgo, kNow - 60s, true},
      {"gone for long, host down since", false, kNow - 5h, kLongAgo, kNow - 5h, true},
      {"never answered for", false, kNow - 5min, Time(), kNow - 5min, true},
      {"answered after it had gone", false, kNow - 5min, kNow - 1min, kNow - 5min, false},
      {"answered in the same instant", false, kNow - 5min, kNow - 5min, kNow - 5min, true},
      {"answered in the future", false, kNow - 5min, kNow + 1h, kNow - 5min, true},
      {"gone in the future", false, kNow + 1h, kLongAgo, kNow, false},
      {"garbage in a record", false, Time::min(), Time::min(), kNow, false},
  };
  for (const Listing& c : cases) {
    const Absence absence = AfterListing(c.listed, c.gone_since, c.last_checked, kNow);
    EXPECT_EQ(absence.gone_since, c.expected_since) << c.what;
    EXPECT_EQ(absence.confirm, c.confirm) << c.what;
  }
}

TEST(IsRemovedTest, A404RemovesOnlyWhatTwoListingsLack) {
  EXPECT_FALSE(IsRemoved(Time(), kNow)) << "still listed";
  EXPECT_FALSE(IsRemoved(kNow - 59s, kNow));
  EXPECT_TRUE(IsRemoved(kNow - 60s, kNow));
  EXPECT_FALSE(IsRemoved(kNow + 1h, kNow));
  EXPECT_FALSE(IsRemoved(Time::min(), kNow));
  EXPECT_FALSE(IsRemoved(Time::max(), kNow));
}

TEST(TagsToConfirmTest, AllUpToAHundredAndTwentyOfMore) {
  for (const std::size_t gone : {0u, 1u, 20u, 99u, 100u}) {
    const auto asked = TagsToConfirm(gone, "quay.io/a/b", kNow);
    ASSERT_EQ(asked.size(), gone);
    for (std::size_t i = 0; i < gone; ++i) EXPECT_EQ(asked[i], i);
  }
  for (const std::size_t gone : {101u, 250u, 10'000u}) EXPECT_EQ(TagsToConfirm(gone, "quay.io/a/b", kNow).size(), 20u);
}

TEST(TagsToConfirmTest, ASampleIsSpreadOverTheWholeAndDiffersEachTime) {
  const auto asked = TagsToConfirm(10'000, "quay.io/a/b", kNow);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    EXPECT_GE(asked[i], i * 500);
    EXPECT_LT(asked[i], (i + 1) * 500);
  }
  EXPECT_NE(asked, TagsToConfirm(10'000, "quay.io/a/b", kNow + 5min));
  EXPECT_NE(asked, TagsToConfirm(10'000, "quay.io/a/c", kNow));
  EXPECT_EQ(asked, TagsToConfirm(10'000, "quay.io/a/b", kNow));
}

TEST(DecideSampleTest, OnlyAWholeSampleOf404sDecidesForTheOthers) {
  EXPECT_EQ(DecideSample(20, 20), SampleVerdict::all_gone);
  EXPECT_EQ(DecideSample(20, 19), SampleVerdict::ask_again);
  EXPECT_EQ(DecideSample(20, 0), SampleVerdict::ask_again);
  EXPECT_EQ(DecideSample(0, 0), SampleVerdict::ask_again);
}

}  // namespace
}  // namespace larder
