#include "limits/token_bucket.h"

#include <gtest/gtest.h>

namespace larder {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time kBucketStart{seconds(1'000'000)};

// How many go at once at `now`.
int TakeAll(TokenBucket& bucket, Time now) {
  int taken = 0;
  while (bucket.Next(now) <= now && taken < 1000) {
    bucket.Take(now);
    ++taken;
  }
  return taken;
}

TEST(TokenBucketTest, GivesTheBurstAndThenTheRate) {
  TokenBucket bucket(50, 10, kBucketStart);
  EXPECT_EQ(TakeAll(bucket, kBucketStart), 10);
  EXPECT_EQ(bucket.Next(kBucketStart), kBucketStart + milliseconds(20));
  EXPECT_EQ(TakeAll(bucket, kBucketStart + milliseconds(19)), 0);
  EXPECT_EQ(TakeAll(bucket, kBucketStart + milliseconds(20)), 1);
  EXPECT_EQ(TakeAll(bucket, kBucketStart + milliseconds(20 + 100)), 5);
  EXPECT_EQ(TakeAll(bucket, kBucketStart + hours(1)), 10) << "no more is saved up than the burst";
}

TEST(TokenBucketTest, KeepsTheRateOverALongTimeAtAnyRate) {
  for (const double rps : {0.1, 0.3, 1.0, 7.0, 50.0, 333.0}) {
    TokenBucket bucket(rps, 1, kBucketStart);
    Time now = kBucketStart;
    constexpr int kRequests = 500;
    for (int i = 0; i < kRequests; ++i) {
      now = bucket.Next(now);
      bucket.Take(now);
    }
    const double took = static_cast<double>((now - kBucketStart).count()) / 1000.0;
    EXPECT_GE(took, (kRequests - 1) / rps * 0.999) << rps;
    EXPECT_LE(took, (kRequests - 1) / rps + kRequests * 0.001) << rps;
  }
}

TEST(TokenBucketTest, TakesAnotherRateAtOnce) {
  TokenBucket bucket(50, 10, kBucketStart);
  bucket.SetRate(0.1, 0.02, kBucketStart);
  EXPECT_EQ(TakeAll(bucket, kBucketStart), 1) << "a burst is one at least";
  EXPECT_EQ(bucket.Next(kBucketStart), kBucketStart + seconds(10));
  bucket.SetRate(10, 2, kBucketStart);
  EXPECT_EQ(bucket.Next(kBucketStart), kBucketStart + milliseconds(100));
}

TEST(TokenBucketTest, DrainedItWaitsAWholeInterval) {
  TokenBucket bucket(2, 10, kBucketStart);
  bucket.Drain(kBucketStart);
  EXPECT_EQ(bucket.Next(kBucketStart), kBucketStart + milliseconds(500));
}

TEST(TokenBucketTest, AClockThatGoesBackGivesNothingAndBlocksNothing) {
  TokenBucket bucket(1, 1, kBucketStart);
  bucket.Take(kBucketStart);
  const Time earlier = kBucketStart - hours(24);
  EXPECT_EQ(bucket.Next(earlier), earlier + seconds(1));
  EXPECT_EQ(TakeAll(bucket, earlier), 0);
  bucket.Drain(earlier);
  EXPECT_EQ(TakeAll(bucket, earlier + seconds(1)), 1);
}

}  // namespace
}  // namespace larder
