#include "larder/collect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "larder/slice_pace.h"
#include "larder/store.h"

namespace larder {
namespace {

constexpr Time At(std::int64_t ms) { return Time{std::chrono::milliseconds{ms}}; }
constexpr std::int64_t kMinute = 60'000;

std::vector<std::byte> RecordOf(const Key& key, Time expiry) {
  RecordHeader header;
  header.kind = key.kind();
  header.expiry = expiry;
  return MakeRecord(key, header, {}).value();
}

Key ManifestKey() { return Key::Manifest(Digest::FromBytes(DigestAlgorithm::sha256, std::vector<std::byte>(32))); }

TEST(IsCollectable, WhatIsExpiredOrUnderTheFloorGoes) {
  const Key key = Key::Image("docker.io/library/nginx", "1.25");
  const auto record = RecordOf(key, At(1000));
  EXPECT_FALSE(IsCollectable(key, record, At(999), {}));
  EXPECT_TRUE(IsCollectable(key, record, At(1000), {}));
  EXPECT_TRUE(IsCollectable(key, record, At(5), At(1001)));
  EXPECT_FALSE(IsCollectable(key, record, At(5), At(1000)));
}

TEST(IsCollectable, WhatNeverExpiresStays) {
  const Key key = Key::Image("docker.io/library/nginx", "1.25");
  EXPECT_FALSE(IsCollectable(key, RecordOf(key, {}), At(1'000'000), At(1'000'000)));
}

TEST(IsCollectable, WhatNoReaderCanReadGoesAndWhatANewerReleaseWroteStays) {
  const Key key = Key::Image("docker.io/library/nginx", "1.25");
  auto record = RecordOf(key, {});
  record[12] = static_cast<std::byte>(kFormatVersion + 1);
  EXPECT_FALSE(IsCollectable(key, record, At(1), {}));
  record[8] = std::byte{0};
  EXPECT_TRUE(IsCollectable(key, record, At(1), {}));
  EXPECT_TRUE(IsCollectable(key, {}, At(1), {}));
}

TEST(IsCollectable, TheMarkerStaysWhateverItHolds) { EXPECT_FALSE(IsCollectable(Key::Marker(), {}, At(1), At(1))); }

TEST(CheckCollectClock, BelievesAClockUpToSevenDaysAfterTheLastCollect) {
  const Time last = At(1'000'000);
  EXPECT_TRUE(CheckCollectClock(last, {}, false).has_value());
  EXPECT_TRUE(CheckCollectClock(last, last, false).has_value());
  EXPECT_TRUE(CheckCollectClock(last + kMaxCollectGap, last, false).has_value());
  const auto early = CheckCollectClock(last - std::chrono::milliseconds{1}, last, false);
  ASSERT_FALSE(early.has_value());
  EXPECT_EQ(early.error().code, Errc::invalid_argument);
  EXPECT_THAT(early.error().message, ::testing::HasSubstr("before the last collection"));
  const auto late = CheckCollectClock(last + kMaxCollectGap + std::chrono::milliseconds{1}, last, false);
  ASSERT_FALSE(late.has_value());
  EXPECT_THAT(late.error().message, ::testing::HasSubstr("7 days after"));
  EXPECT_TRUE(CheckCollectClock(At(1), last, true).has_value());
}

TEST(ExpiryHistogram, FindsThePointBeforeWhichEnoughBytesLie) {
  ExpiryHistogram histogram({});
  const Key key = Key::Image("docker.io/library/nginx", "1.25");
  for (int minute = 0; minute < 10; ++minute) histogram.Add(key, RecordOf(key, At(minute * kMinute + 1)), 100);
  EXPECT_EQ(histogram.bytes(), 1000u);
  EXPECT_EQ(histogram.dead_bytes(), 0u);
  EXPECT_EQ(histogram.PointFor(1), (EvictionPoint{1, kMinute}));
  EXPECT_EQ(histogram.PointFor(250), (EvictionPoint{1, 3 * kMinute}));
  EXPECT_TRUE(histogram.PointFor(5000).Covers(key, RecordOf(key, At(100 * kMinute)), {}));
}

TEST(ExpiryHistogram, ImagesGoBeforeTagBlocksAndThoseBeforeRepositories) {
  ExpiryHistogram histogram({});
  const std::string_view name = "docker.io/library/nginx";
  const auto add = [&](const Key& key, Time expiry) { histogram.Add(key, RecordOf(key, expiry), 100); };
  const auto covers = [](const EvictionPoint& point, const Key& key, Time expiry) {
    return point.Covers(key, RecordOf(key, expiry), {});
  };
  add(Key::Repository(name), At(1));
  add(Key::TagBlock(name, 1, 0), At(1));
  add(Key::Image(name, "1"), At(1000 * kMinute));
  add(ManifestKey(), {});  // never expires: last of its rank
  const EvictionPoint first = histogram.PointFor(100);
  EXPECT_TRUE(covers(first, Key::Image(name, "1"), At(1000 * kMinute)));
  EXPECT_FALSE(covers(first, ManifestKey(), {}));
  EXPECT_FALSE(covers(first, Key::TagBlock(name, 1, 0), At(1)));
  EXPECT_TRUE(covers(histogram.PointFor(200), ManifestKey(), {}));
  EXPECT_FALSE(covers(histogram.PointFor(200), Key::TagBlock(name, 1, 0), At(1)));
  EXPECT_TRUE(covers(histogram.PointFor(300), Key::TagBlock(name, 1, 0), At(1)));
  EXPECT_FALSE(covers(histogram.PointFor(300), Key::Repository(name), At(1)));
  EXPECT_FALSE(covers(histogram.PointFor(1'000'000), Key::Marker(), {}));
}

TEST(ExpiryHistogram, WhatIsDeadGoesBeforeWhateverLives) {
  const Time now = At(10 * kMinute);
  ExpiryHistogram histogram(now);
  const std::string_view name = "docker.io/library/nginx";
  const Key image = Key::Image(name, "1");
  const auto live = RecordOf(image, At(11 * kMinute));
  histogram.Add(image, live, 100);
  std::vector<std::pair<Key, std::vector<std::byte>>> dead;
  for (const Key& key : {Key::Repository(name), Key::TagBlock(name, 1, 0), Key::Lease(name), ManifestKey()}) {
    dead.emplace_back(key, RecordOf(key, now));
  }
  dead.emplace_back(Key::TagBlock(name, 1, 1), std::vector<std::byte>(64));  // nobody can read it
  for (const auto& [key, record] : dead) histogram.Add(key, record, 10);
  EXPECT_EQ(histogram.dead_bytes(), 50u);
  EXPECT_EQ(histogram.bytes(), 150u);
  const EvictionPoint point = histogram.PointFor(50);
  EXPECT_EQ(point.rank, 0u);
  for (const auto& [key, record] : dead) EXPECT_TRUE(point.Covers(key, record, now)) << key.ToHex();
  EXPECT_FALSE(point.Covers(image, live, now));
  EXPECT_TRUE(histogram.PointFor(51).Covers(image, live, now));
  // Later, it is dead as well, and earlier the others were not.
  EXPECT_FALSE(point.Covers(dead[0].first, dead[0].second, At(9 * kMinute)));
  EXPECT_TRUE(histogram.PointFor(51).Covers(dead[0].first, dead[0].second, At(12 * kMinute)));
}

TEST(EvictionPlace, WhatANewerReleaseWroteIsTheLastOfItsKind) {
  const Key key = Key::Image("docker.io/library/nginx", "1.25");
  auto record = RecordOf(key, At(1));
  record[12] = static_cast<std::byte>(kFormatVersion + 1);
  EXPECT_EQ(EvictionPlace::Of(key, record, At(2)), (EvictionPlace{1, kNeverExpiresMs}));
  EXPECT_EQ(EvictionPlace::Of(key, {}, At(2)), (EvictionPlace{0, 0}));
}

TEST(ExpiryHistogram, StaysSmallHoweverManyExpiriesThereAre) {
  ExpiryHistogram histogram({});
  const Key key = Key::Image("docker.io/library/nginx", "1.25");
  constexpr std::int64_t kCount = 50'000;
  for (std::int64_t i = 1; i <= kCount; ++i) histogram.Add(key, RecordOf(key, At(i * kMinute)), 1);
  const EvictionPoint half = histogram.PointFor(kCount / 2);
  EXPECT_NEAR(static_cast<double>(half.before_ms), static_cast<double>(kCount * kMinute / 2),
              static_cast<double>(kCount * kMinute) / 1000);
}

TEST(HoldsKey, WhatIsWholeAndLiveAndWhatANewerReleaseWroteHoldsIt) {
  const Key key = Key::Lease("docker.io/library/nginx");
  EXPECT_TRUE(HoldsKey(key, RecordOf(key, At(1000)), At(999)));
  EXPECT_FALSE(HoldsKey(key, RecordOf(key, At(1000)), At(1000)));
  EXPECT_TRUE(HoldsKey(key, RecordOf(key, {}), At(1000)));
  auto damaged = RecordOf(key, {});
  damaged[0] ^= std::byte{1};
  EXPECT_FALSE(HoldsKey(key, damaged, At(1))) << "no reader takes it, so it must not be in the way";
  EXPECT_FALSE(HoldsKey(key, {}, At(1)));
  RecordHeader header;
  header.kind = key.kind();
  header.format = kFormatVersion + 1;
  header.expiry = At(1);
  EXPECT_TRUE(HoldsKey(key, MakeRecord(key, header, {}).value(), At(1000)));
}

TEST(SlicePace, StepsShrinkWhereTheyAreLongAndGrowWhereTheyAreShort) {
  using std::chrono::milliseconds;
  SlicePace pace;
  while (pace.step() < SlicePace::kMostStep) {
    const auto before = pace.step();
    pace.Took(milliseconds{1}, before);
    ASSERT_GT(pace.step(), before);
  }
  pace.Took(milliseconds{1}, SlicePace::kMostStep);
  EXPECT_EQ(pace.step(), SlicePace::kMostStep);
  for (int i = 0; i < 10; ++i) pace.Took(milliseconds{13}, pace.step());
  EXPECT_EQ(pace.step(), SlicePace::kLeastStep);
  EXPECT_FALSE(pace.Fits(milliseconds{13}));
  EXPECT_TRUE(pace.Fits(milliseconds{14}));
  pace.Took(milliseconds{8}, pace.step());
  EXPECT_EQ(pace.step(), SlicePace::kLeastStep) << "neither long nor short";
  pace.Took(milliseconds{1}, 3);
  EXPECT_EQ(pace.step(), SlicePace::kLeastStep) << "a step that had little to do says little";
}

// A disk that takes `commit` for a step and a microsecond a record: every slice ends in time, and not for want of work.
TEST(SlicePace, ASliceEndsWithinItsBudgetWhateverADiskTakes) {
  using std::chrono::microseconds;
  for (const auto commit : {microseconds{20}, microseconds{700}, microseconds{5000}, microseconds{15'000}}) {
    for (const int record_us : {1, 30, 100}) {
      SlicePace pace;
      std::size_t dropped = 0;
      for (int slice = 0; slice < 50; ++slice) {
        SlicePace::Elapsed used{0};
        for (bool first = true; first || pace.Fits(microseconds{50'000} - used); first = false) {
          const std::size_t step = pace.step();
          const auto took = commit + record_us * microseconds{static_cast<std::int64_t>(step)};
          pace.Took(took, step);
          used += took;
          dropped += step;
        }
        EXPECT_LE(used, microseconds{50'000}) << commit.count() << " + " << record_us << ", slice " << slice;
      }
      EXPECT_GT(dropped, 50u * SlicePace::kLeastStep);
    }
  }
}

}  // namespace
}  // namespace larder
