#include "words.h"

#include <gtest/gtest.h>

namespace larder::tool {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Words, SpansTakeTheLargestUnit) {
  const std::pair<Duration, const char*> cases[] = {
      {seconds(0), "0 s"}, {seconds(59), "59 s"}, {seconds(60), "1 min"}, {minutes(59), "59 min"},
      {hours(1), "1 h"},   {hours(47), "47 h"},   {hours(48), "2 d"},     {days(99), "99 d"},
      {days(100), "3 mo"}, {days(729), "24 mo"},  {days(730), "2 y"},     {-seconds(5), "5 s"}};
  for (const auto& [span, text] : cases) EXPECT_EQ(Span(span), text);
}

TEST(Words, SpansOfTimeAreANumberAndAUnit) {
  const std::pair<const char*, std::optional<Duration>> cases[] = {
      {"90s", seconds(90)},     {"10m", minutes(10)},     {"2h", hours(2)},
      {"7d", days(7)},          {"0s", seconds(0)},       {"", std::nullopt},
      {"5", std::nullopt},      {"h", std::nullopt},      {"5 h", std::nullopt},
      {"-5h", std::nullopt},    {"5hours", std::nullopt}, {"1.5h", std::nullopt},
      {"36525d", days(36'525)}, {"36526d", std::nullopt}, {"9999999999999999999s", std::nullopt}};
  for (const auto& [text, span] : cases) EXPECT_EQ(ParseSpan(text), span) << text;
}

TEST(Words, RelativeTimesSayWhichSide) {
  const Time now{days(20'000)};
  EXPECT_EQ(Relative(now - hours(3), now), "3 h ago");
  EXPECT_EQ(Relative(now + minutes(5), now), "in 5 min");
  EXPECT_EQ(Relative(now, now), "now");
  EXPECT_EQ(Relative(Time{}, now), "never");
  EXPECT_EQ(Relative(Timestamp(), now), "-");
}

TEST(Words, NumbersAndSizes) {
  EXPECT_EQ(Thousands(0), "0");
  EXPECT_EQ(Thousands(999), "999");
  EXPECT_EQ(Thousands(1'000), "1,000");
  EXPECT_EQ(Thousands(1'234'567), "1,234,567");
  EXPECT_EQ(Bytes(1023), "1023 B");
  EXPECT_EQ(Bytes(1536), "1.5 KiB");
  EXPECT_EQ(Counted(1, "tag", "tags"), "1 tag");
  EXPECT_EQ(Counted(2'000, "tag", "tags"), "2,000 tags");
  EXPECT_EQ(ShortDigest("sha256:0123456789abcdef"), "0123456789ab");
  EXPECT_EQ(ShortDigest(""), "-");
}

}  // namespace
}  // namespace larder::tool
