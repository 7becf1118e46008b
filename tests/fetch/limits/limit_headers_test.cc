#include "limits/limit_headers.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "http/retry_after.h"
#include "support/corpus.h"

namespace larder {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Time kNow{seconds(1'700'000'000)};  // Tue, 14 Nov 2023 22:13:20 GMT

http::Response With(std::initializer_list<http::Header> headers) {
  http::Response response;
  response.headers = headers;
  return response;
}

TEST(LimitHeadersTest, NoBanIsBelievedBeyondTheLongest) {
  for (const char* value : {"99999999999999999999", "999999999", "1e300", "999999999h", "86401"}) {
    EXPECT_LE(ReadLimitHeaders(With({{"Retry-After", value}}), kNow).retry_at.value_or(kNow), kNow + kLongestBan)
        << value;
  }
  EXPECT_EQ(ReadLimitHeaders(With({{"Retry-After", "5"}}), kNow).retry_at, kNow + seconds(5));
  EXPECT_EQ(ReadLimitHeaders(With({{"Retry-After", "soon"}}), kNow).retry_at, std::nullopt);
}

TEST(LimitHeadersTest, A429WithoutTheHeaderMaySayItInItsText) {
  http::Response response;
  response.status = 429;
  response.body = R"({"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 2h, allowed: 44000/minute"}]})";
  EXPECT_EQ(ReadLimitHeaders(response, kNow).retry_at, kNow + hours(2));
  response.headers = {{"Retry-After", "5"}};
  EXPECT_EQ(ReadLimitHeaders(response, kNow).retry_at, kNow + seconds(5)) << "the header goes first";
  for (const char* unreadable : {"", "soon"}) {
    response.headers = {{"Retry-After", unreadable}};
    EXPECT_EQ(ReadLimitHeaders(response, kNow).retry_at, kNow + hours(2)) << unreadable;
  }
  response.headers.clear();
  response.status = 503;
  EXPECT_EQ(ReadLimitHeaders(response, kNow).retry_at, std::nullopt);
}

TEST(LimitHeadersTest, ReadsDockerHubsBudget) {
  const auto headers =
      ReadLimitHeaders(With({{"RateLimit-Limit", "100;w=21600"}, {"ratelimit-remaining", "76;w=21600"}}), kNow);
  EXPECT_EQ(headers.limit, 100);
  EXPECT_EQ(headers.remaining, 76);
  EXPECT_EQ(headers.window, hours(6));
  EXPECT_EQ(headers.retry_at, std::nullopt);
}

TEST(LimitHeadersTest, BlankAndMalformedValuesAreAsIfNotSent) {
  for (const char* value : {"", ";w=21600", "many", "-1;w=21600", "7x"}) {
    const auto headers = ReadLimitHeaders(With({{"ratelimit-limit", value}, {"ratelimit-remaining", value}}), kNow);
    EXPECT_EQ(headers.limit, std::nullopt) << value;
    EXPECT_EQ(headers.remaining, std::nullopt) << value;
  }
  EXPECT_EQ(ReadLimitHeaders(With({{"ratelimit-remaining", " 7 ; w=60 ; x"}}), kNow).window, seconds(60));
  EXPECT_EQ(ReadLimitHeaders(With({{"ratelimit-remaining", "7;w="}}), kNow).window, seconds(0));
}

TEST(LimitHeadersTest, TakesTheWindowFromAReset) {
  const http::Header remaining{"ratelimit-remaining", "7"};
  EXPECT_EQ(ReadLimitHeaders(With({remaining, {"ratelimit-reset", "30"}}), kNow).window, seconds(30));
  EXPECT_EQ(ReadLimitHeaders(With({remaining, {"ratelimit-reset", "1700000045"}}), kNow).window, seconds(45));
  EXPECT_EQ(ReadLimitHeaders(With({remaining, {"ratelimit-reset", "1600000000"}}), kNow).window, seconds(0));
}

TEST(LimitHeadersTest, ReadsTheCorpus) {
  const auto corpus = larder::testing::CorpusDir();
  if (!corpus) GTEST_SKIP() << "skipped: no corpus";
  std::istringstream lines(larder::testing::ReadFile(*corpus / "headers" / "rate-limit.tsv"));
  int waits = 0;
  int budgets = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#") || line.empty()) continue;
    const std::string name = line.substr(0, line.find('\t'));
    std::string value = line.substr(name.size() + 1, line.rfind('\t') - name.size() - 1);
    if (name.starts_with("Docker Hub")) {
      const auto headers = ReadLimitHeaders(With({{"ratelimit-remaining", value}}), kNow);
      EXPECT_EQ(headers.remaining, 100) << line;
      EXPECT_EQ(headers.window, hours(6)) << line;
      ++budgets;
      continue;
    }
    if (const auto at = value.find("retry-after: "); at != std::string::npos) {
      value = value.substr(at + 13, value.find(',', at) - at - 13);
    }
    const bool makes_sense = value != "-1" && value != "soon";
    EXPECT_EQ(http::ParseRetryAfter(value, kNow).has_value(), makes_sense) << line;
    ++waits;
  }
  EXPECT_EQ(budgets, 2);
  EXPECT_EQ(waits, 8);
}

}  // namespace
}  // namespace larder
