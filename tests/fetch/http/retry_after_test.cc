#include "http/retry_after.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "support/corpus.h"

namespace larder::http {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time kNow = Time(seconds(1'746'136'000));  // 2025-05-01T21:46:40Z

std::optional<Duration> Wait(std::string_view value) {
  const std::optional<Time> when = ParseRetryAfter(value, kNow);
  return when.has_value() ? std::optional(*when - kNow) : std::nullopt;
}

TEST(RetryAfterTest, ReadsEveryForm) {
  const std::pair<const char*, Duration> kCases[] = {
      {"5", seconds(5)},
      {"0", seconds(0)},
      {"  3  ", seconds(3)},
      {"1.5", milliseconds(1500)},
      {"120", minutes(2)},
      {"1746136938", seconds(938)},     // a UNIX time
      {"1746136938000", seconds(938)},  // in milliseconds
      {"1746136938.5", milliseconds(938'500)},
      {"1000000001", seconds(0)},  // one that has passed
      {"Thu, 01 May 2025 21:47:40 GMT", seconds(60)},
      {"Thursday, 01-May-25 21:47:40 GMT", seconds(60)},
      {"Thu May  1 21:47:40 2025", seconds(60)},
      {"Thu, 01 May 2025 21:00:00 GMT", seconds(0)},
      {"331.163us", milliseconds(1)},
      {"331.163\xc2\xb5s", milliseconds(1)},
      {"1.15031ms", milliseconds(2)},
      {"2h", hours(2)},
      {"1m30s", seconds(90)},
  };
  for (const auto& [value, wait] : kCases) EXPECT_EQ(Wait(value), wait) << value;
}

TEST(RetryAfterTest, NoWaitIsLongerThanADay) {
  for (const char* value : {"86401", "999999999", "9999999999", "99999999999999999999999999", "9000h",
                            "99999999999999999999h", "Fri, 01 May 2099 21:47:40 GMT"}) {
    EXPECT_EQ(Wait(value), kMaxRetryAfter) << value;
  }
}

TEST(RetryAfterTest, WhatCannotBeReadIsNothing) {
  for (const char* value : {"", " ", "-1", "soon", "5 minutes", "1e9", "0x10", "nan", "inf", ".", "1h2", "h", "5x",
                            "Thu, 01 May", "2025-05-01T21:47:40Z", "99:99", "+5"}) {
    EXPECT_EQ(Wait(value), std::nullopt) << value;
  }
}

TEST(RetryAfterTest, FindsTheWaitInAMessage) {
  const auto wait = [](std::string_view message) { return RetryAfterInMessage(message, kNow); };
  EXPECT_EQ(wait("toomanyrequests: retry-after: 331.163\xc2\xb5s, allowed: 44000/minute"), kNow + milliseconds(1));
  EXPECT_EQ(wait("Retry-After: 2h"), kNow + hours(2));
  EXPECT_EQ(wait("{\"message\":\"retry-after: 30\"}"), kNow + seconds(30));
  EXPECT_EQ(wait("retry-after:"), std::nullopt);
  EXPECT_EQ(wait("retry after 5"), std::nullopt);
  EXPECT_EQ(wait(""), std::nullopt);
}

TEST(RateLimitTest, ReadsCountAndWindow) {
  EXPECT_EQ(ParseRateLimit("100;w=21600"), (RateLimit{100, seconds(21600)}));
  EXPECT_EQ(ParseRateLimit(" 76 ; w=21600 "), (RateLimit{76, seconds(21600)}));
  EXPECT_EQ(ParseRateLimit("76"), (RateLimit{76, std::nullopt}));
  EXPECT_EQ(ParseRateLimit("0;w=60"), (RateLimit{0, seconds(60)}));
  EXPECT_EQ(ParseRateLimit("100, 100;w=60"), (RateLimit{100, std::nullopt}));
  EXPECT_EQ(ParseRateLimit("100;comment=x;w=60"), (RateLimit{100, seconds(60)}));
  EXPECT_EQ(ParseRateLimit("100;w=x"), (RateLimit{100, std::nullopt}));
  EXPECT_EQ(ParseRateLimit("100;"), (RateLimit{100, std::nullopt}));
}

TEST(RateLimitTest, ABlankOrOddCountIsNothing) {
  for (const char* value : {"", " ", ";w=21600", "-1;w=21600", "many", "1.5", "99999999999999999999999", "x;w=1"}) {
    EXPECT_EQ(ParseRateLimit(value), std::nullopt) << value;
  }
}

TEST(RateLimitTest, ReadsWhatRegistriesSend) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "skipped: no corpus";
  const std::pair<std::string, std::optional<Duration>> kWaits[] = {
      {"toomanyrequests: retry-after: 331.163\xc2\xb5s, allowed: 44000/minute", milliseconds(1)},
      {"toomanyrequests: retry-after: 1.15031ms, allowed: 44000/minute", milliseconds(2)},
      {"toomanyrequests: retry-after: 2h, allowed: 44000/minute", hours(2)},
      {"5", seconds(5)},
      {"0", seconds(0)},
      {"-1", std::nullopt},
      {"soon", std::nullopt},
      {"  3  ", seconds(3)},
  };
  std::istringstream lines(testing::ReadFile(*corpus / "headers" / "rate-limit.tsv"));
  std::string line;
  int seen = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with('#')) continue;
    ++seen;
    const std::size_t tab = line.find('\t');
    const std::string kind = line.substr(0, tab);
    const std::string value = line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1);
    if (kind.starts_with("Docker Hub")) {
      EXPECT_EQ(ParseRateLimit(value), (RateLimit{100, seconds(21600)})) << line;
      continue;
    }
    const auto expected = std::ranges::find(kWaits, value, &std::pair<std::string, std::optional<Duration>>::first);
    ASSERT_NE(expected, std::end(kWaits)) << line;
    const std::optional<Time> when =
        kind == "Retry-After" ? ParseRetryAfter(value, kNow) : RetryAfterInMessage(value, kNow);
    EXPECT_EQ(when.has_value() ? std::optional(*when - kNow) : std::nullopt, expected->second) << line;
  }
  EXPECT_EQ(seen, 10);
}

}  // namespace
}  // namespace larder::http
