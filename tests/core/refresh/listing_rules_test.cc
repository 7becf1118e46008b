#include "larder/listing_rules.h"

#include <gmock/gmock.h>

#include "core/refresh/now.h"

namespace larder {
namespace {

using namespace std::chrono_literals;

struct Interval {
  std::uint32_t pages;
  std::optional<Duration> configured;
  Duration interval;
};

TEST(ListIntervalTest, IsLongerFromTenPagesAndWhatTheOperatorSays) {
  const Interval cases[] = {
      {0, std::nullopt, 5min},   {1, std::nullopt, 5min},    {9, std::nullopt, 5min},
      {10, std::nullopt, 15min}, {900, std::nullopt, 15min}, {1, Duration(1h), 1h},
      {20, Duration(10s), 10s},  {20, Duration(0), 15min},   {1, Duration(-5min), 5min},
  };
  for (const Interval& c : cases) EXPECT_EQ(ListInterval(c.pages, c.configured), c.interval) << c.pages;
}

TEST(NextListingTest, IsJittered) {
  const Time next = NextListing(10min, "quay.io/a/b", kNow);
  EXPECT_GE(next, kNow + 9min);
  EXPECT_LE(next, kNow + 11min);
  EXPECT_NE(next, NextListing(10min, "quay.io/a/c", kNow));
}

TEST(SaneListingTest, WhatNoRulePutsThereIsDueNow) {
  EXPECT_EQ(SaneListing(kNow - 1h, 5min, 0, kNow), kNow - 1h);
  EXPECT_EQ(SaneListing(kNow + 330s, 5min, 0, kNow), kNow + 330s) << "an interval and a tenth";
  EXPECT_EQ(SaneListing(kNow + 331s, 5min, 0, kNow), kNow) << "a clock that was set back";
  EXPECT_EQ(SaneListing(kNow + 26h, 5min, 1, kNow), kNow + 26h) << "the longest back-off";
  EXPECT_EQ(SaneListing(kNow + 27h, 5min, 1, kNow), kNow);
  EXPECT_EQ(SaneListing(kNow + 32 * 24h, 30 * 24h, 0, kNow), kNow + 32 * 24h) << "as an operator planned it";
  EXPECT_EQ(SaneListing(Time::max(), Duration::max(), 1, kNow), kNow);
}

struct Counted {
  const char* what;
  bool listed;
  RepositoryCounts counts;
  Completeness completeness;
};

TEST(CompletenessTest, FollowsFromTheCounts) {
  const Counted cases[] = {
      {"never listed", false, {}, Completeness::never_fetched},
      {"never listed, tags asked for by name", false, {1, 1, 0, 0}, Completeness::never_fetched},
      {"no tags", true, {}, Completeness::complete},
      {"all known", true, {3, 3, 0, 0}, Completeness::complete},
      {"one pending", true, {3, 2, 1, 0}, Completeness::partial},
      {"one failing", true, {3, 2, 0, 1}, Completeness::partial},
      {"counts that do not add up", true, {3, 2, 0, 0}, Completeness::partial},
      {"known with failing beside", true, {3, 3, 0, 1}, Completeness::partial},
  };
  for (const Counted& c : cases) EXPECT_EQ(CompletenessOf(c.listed, c.counts), c.completeness) << c.what;
}

struct Staleness {
  const char* what;
  ListingState state;
  bool stale;
};

TEST(IsStaleTest, WhereThreeIntervalsWentByWithoutAWholeListing) {
  const Time next = kNow + 5min;
  const Staleness cases[] = {
      {"never listed", {Time(), Time(), 0, 5}, false},
      {"just listed", {kNow, next, 1, 0}, false},
      {"three intervals", {kNow - 15min, kNow - 10min, 1, 0}, false},
      {"more than three intervals", {kNow - 15min - 1ms, kNow - 10min, 1, 0}, true},
      {"three intervals, failing", {kNow - 15min, next, 1, 3}, false},
      {"more than three, failing", {kNow - 15min - 1ms, next, 1, 3}, true},
      {"many pages", {kNow - 44min, kNow, 10, 2}, false},
      {"many pages, too old", {kNow - 46min, kNow, 10, 2}, true},
      {"listed by a slower plan", {kNow - 50min, kNow + 10min, 1, 0}, false},
      {"a slower plan that was missed", {kNow - 66min, kNow - 6min, 1, 0}, true},
      {"a slower plan that fails", {kNow - 50min, kNow + 10min, 1, 1}, true},
      {"a deadline under a wrong clock", {kNow - 1h, Time::max(), 1, 0}, true},
      {"listed in the future", {kNow + 1h, kNow + 2h, 1, 0}, true},
      {"listed by a clock a little ahead", {kNow + 1min, next, 1, 0}, false},
      {"garbage in a record", {Time::min(), Time::min(), 1, 0}, false},
      {"garbage at the other end", {Time::max(), Time::max(), 1, 0}, true},
  };
  for (const Staleness& c : cases) EXPECT_EQ(IsStale(c.state, kNow), c.stale) << c.what;
}

}  // namespace
}  // namespace larder
