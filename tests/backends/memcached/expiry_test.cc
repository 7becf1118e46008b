#include "expiry.h"

#include <gtest/gtest.h>

#include <limits>

#include "harness.h"

namespace larder::memcached {
namespace {

using std::chrono::days;
using std::chrono::seconds;

const Key kImage = Key::Image("ghcr.io/a/b", "1");
const Key kManifest = Key::Manifest(Digest::Parse("sha256:" + std::string(64, '1')).value());
const Key kLease = Key::Lease("ghcr.io/a/b");

TEST(ExpiryTest, LifeFollowsTheHeader) {
  const Time none{};
  const struct {
    std::string what;
    Key key;
    Time deadline, expiry;
    seconds want;
  } cases[] = {
      {"twice the time to the deadline", kImage, kNow + 24h, kNow + days(30), seconds(48h)},
      {"at least an hour", kImage, kNow + 29min, kNow + days(30), seconds(1h)},
      {"exactly an hour", kImage, kNow + 30min, none, seconds(1h)},
      {"rounded up", kImage, kNow + 1h + 1ms, none, seconds(2h) + 1s},
      {"a deadline that is past", kImage, kNow - days(3), kNow + days(30), seconds(1h)},
      {"seven days, the longest interval", kImage, kNow + days(7), kNow + days(30), days(14)},
      {"no deadline: to its expiry", kManifest, none, kNow + days(30), days(30)},
      {"rounded up to a second", kManifest, none, kNow + 1ms, seconds(1)},
      {"an expiry that is past", kManifest, none, kNow - 1h, seconds(1)},
      {"neither", kManifest, none, none, kForever},
      {"a lease: to its expiry", kLease, none, kNow + 90s, seconds(90)},
      {"a lease, whatever its deadline", kLease, kNow + 24h, kNow + 90s, seconds(90)},
      {"a short lease", kLease, none, kNow + 1500ms, seconds(2)},
  };
  for (const auto& c : cases) {
    const auto record = Record(c.key, 40, {.deadline = c.deadline, .expiry = c.expiry});
    EXPECT_EQ(LifeOf(c.key, record, kNow).count(), c.want.count()) << c.what;
  }
}

TEST(ExpiryTest, BytesWithoutAHeaderLiveAnHour) {
  EXPECT_EQ(LifeOf(kImage, {}, kNow), kLeastLife);
  EXPECT_EQ(LifeOf(kImage, std::vector<std::byte>(64), kNow), kLeastLife);
}

TEST(ExpiryTest, TimesOverThirtyDaysAreDates) {
  const auto wall = std::chrono::duration_cast<seconds>(kNow.time_since_epoch()).count();
  EXPECT_EQ(ToExptime(kForever, kNow), 0);
  EXPECT_EQ(ToExptime(seconds(1), kNow), 1);
  EXPECT_EQ(ToExptime(days(30), kNow), 2'592'000);
  EXPECT_EQ(ToExptime(days(30) + seconds(1), kNow), wall + 2'592'001);
  EXPECT_EQ(ToExptime(days(60), kNow), wall + 5'184'000);
}

TEST(ExpiryTest, DatesThatMemcachedCannotReadBecomeThirtyDays) {
  const Time late{std::chrono::seconds{std::numeric_limits<std::int32_t>::max()} - days(31)};
  EXPECT_EQ(ToExptime(days(31), late), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(ToExptime(days(32), late), 2'592'000);
  EXPECT_EQ(ToExptime(days(36500), kNow), 2'592'000);
}

}  // namespace
}  // namespace larder::memcached
