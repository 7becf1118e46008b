#include "larder/backoff.h"

#include <gmock/gmock.h>

#include <string>

#include "core/refresh/now.h"

namespace larder {
namespace {

using namespace std::chrono_literals;

struct Wait {
  std::uint32_t failures;
  Duration tag, credential, repository;
};

TEST(BackoffTest, DoublesFromTheFirstToTheMost) {
  const Wait cases[] = {
      {0, 0min, 0min, 0min},    {1, 5min, 5min, 5min},         {2, 10min, 10min, 10min},
      {3, 20min, 20min, 20min}, {6, 160min, 160min, 160min},   {7, 320min, 320min, 320min},
      {8, 640min, 6h, 640min},  {9, 1280min, 6h, 1280min},     {10, 24h, 6h, 24h},
      {11, 24h, 6h, 24h},       {4'000'000'000, 24h, 6h, 24h},
  };
  for (const Wait& c : cases) {
    EXPECT_EQ(Delay(kTagBackoff, c.failures), c.tag) << c.failures;
    EXPECT_EQ(Delay(kCredentialBackoff, c.failures), c.credential) << c.failures;
    EXPECT_EQ(Delay(kRepositoryBackoff, c.failures), c.repository) << c.failures;
  }
}

TEST(BackoffTest, TheMostHoldsEvenForTheFirst) {
  EXPECT_EQ(Delay(Backoff{10min, 5min}, 1), 5min);
  EXPECT_EQ(Delay(Backoff{0min, 0min}, 5), 0min);
}

TEST(JitterTest, StaysWithinATenthAndReachesNearlyAllOfIt) {
  Duration least = Duration::max(), most{0};
  double sum = 0;
  constexpr int kTags = 2000;
  for (int i = 0; i < kTags; ++i) {
    const Duration jittered = Jitter(1000s, "quay.io/a/b:" + std::to_string(i), kNow);
    EXPECT_GE(jittered, 900s);
    EXPECT_LE(jittered, 1100s);
    least = std::min(least, jittered);
    most = std::max(most, jittered);
    sum += static_cast<double>(jittered.count());
  }
  EXPECT_LT(least, 910s);
  EXPECT_GT(most, 1090s);
  EXPECT_NEAR(sum / kTags, 1'000'000, 5'000);
}

TEST(JitterTest, IsAFunctionOfSubjectAndTime) {
  const Duration once = Jitter(24h, "quay.io/a/b:c", kNow);
  EXPECT_EQ(Jitter(24h, "quay.io/a/b:c", kNow), once);
  EXPECT_NE(Jitter(24h, "quay.io/a/b:d", kNow), once);
  EXPECT_NE(Jitter(24h, "quay.io/a/b:c", kNow + 1ms), once);
  EXPECT_EQ(Jitter(0min, "quay.io/a/b:c", kNow), 0min);
}

TEST(NextTryTest, IsTheJitteredWaitFromNow) {
  EXPECT_EQ(NextTry(kTagBackoff, 0, "x", kNow), kNow);
  const Time next = NextTry(kTagBackoff, 2, "x", kNow);
  EXPECT_GE(next, kNow + 9min);
  EXPECT_LE(next, kNow + 11min);
}

}  // namespace
}  // namespace larder
