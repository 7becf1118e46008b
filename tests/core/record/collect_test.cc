#include "larder/collect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

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
  ExpiryHistogram histogram;
  const Key key = Key::Image("docker.io/library/nginx", "1.25");
  for (int minute = 0; minute < 10; ++minute) histogram.Add(key, At(minute * kMinute + 1), 100);
  EXPECT_EQ(histogram.bytes(), 1000u);
  EXPECT_EQ(histogram.PointFor(1), (EvictionPoint{0, kMinute}));
  EXPECT_EQ(histogram.PointFor(250), (EvictionPoint{0, 3 * kMinute}));
  EXPECT_TRUE(histogram.PointFor(5000).Covers(key, At(100 * kMinute)));
}

TEST(ExpiryHistogram, ImagesGoBeforeTagBlocksAndThoseBeforeRepositories) {
  ExpiryHistogram histogram;
  const std::string_view name = "docker.io/library/nginx";
  histogram.Add(Key::Repository(name), At(1), 100);
  histogram.Add(Key::TagBlock(name, 1, 0), At(1), 100);
  histogram.Add(Key::Image(name, "1"), At(1000 * kMinute), 100);
  histogram.Add(ManifestKey(), {}, 100);  // never expires: last of its rank
  const EvictionPoint first = histogram.PointFor(100);
  EXPECT_TRUE(first.Covers(Key::Image(name, "1"), At(1000 * kMinute)));
  EXPECT_FALSE(first.Covers(ManifestKey(), {}));
  EXPECT_FALSE(first.Covers(Key::TagBlock(name, 1, 0), At(1)));
  EXPECT_TRUE(histogram.PointFor(200).Covers(ManifestKey(), {}));
  EXPECT_FALSE(histogram.PointFor(200).Covers(Key::TagBlock(name, 1, 0), At(1)));
  EXPECT_TRUE(histogram.PointFor(300).Covers(Key::TagBlock(name, 1, 0), At(1)));
  EXPECT_FALSE(histogram.PointFor(300).Covers(Key::Repository(name), At(1)));
  EXPECT_FALSE(histogram.PointFor(1'000'000).Covers(Key::Marker(), {}));
}

TEST(ExpiryHistogram, StaysSmallHoweverManyExpiriesThereAre) {
  ExpiryHistogram histogram;
  const Key key = Key::Image("docker.io/library/nginx", "1.25");
  constexpr std::int64_t kCount = 50'000;
  for (std::int64_t i = 1; i <= kCount; ++i) histogram.Add(key, At(i * kMinute), 1);
  const EvictionPoint half = histogram.PointFor(kCount / 2);
  EXPECT_NEAR(static_cast<double>(half.before_ms), static_cast<double>(kCount * kMinute / 2),
              static_cast<double>(kCount * kMinute) / 1000);
}

}  // namespace
}  // namespace larder
