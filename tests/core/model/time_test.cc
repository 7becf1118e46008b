#include "larder/time.h"

#include <gmock/gmock.h>

namespace larder {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

struct Read {
  const char* text;
  const char* utc;  // as FormatTimestamp prints it
};

TEST(TimestampTest, StrictReadsRfc3339ToTheNanosecond) {
  const Read cases[] = {
      {"2018-10-09T18:20:03Z", "2018-10-09T18:20:03Z"},
      {"2021-09-23T23:47:57.442225064Z", "2021-09-23T23:47:57.442225064Z"},
      {"2016-11-09T12:00:00.000Z", "2016-11-09T12:00:00Z"},
      {"2016-11-09T12:00:00.1200Z", "2016-11-09T12:00:00.12Z"},
      {"2016-11-09T12:00:00.000000001Z", "2016-11-09T12:00:00.000000001Z"},
      {"2016-11-09T12:00:00.1234567899999Z", "2016-11-09T12:00:00.123456789Z"},
      {"2025-01-26T22:54:00.500849935+01:00", "2025-01-26T21:54:00.500849935Z"},
      {"2013-06-13T14:03:50.821769-07:00", "2013-06-13T21:03:50.821769Z"},
      {"2020-12-31T23:30:00-00:45", "2021-01-01T00:15:00Z"},
      {"2020-02-29T00:00:00Z", "2020-02-29T00:00:00Z"},
      {"2000-02-29T00:00:00+23:59", "2000-02-28T00:01:00Z"},
      {"1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
      {"0001-01-01T00:00:00-01:00", "0001-01-01T01:00:00Z"},
      {"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
  };
  for (const Read& c : cases) {
    const auto time = ParseTimestamp(c.text);
    ASSERT_TRUE(time.has_value()) << time.error().message;
    EXPECT_EQ(FormatTimestamp(*time), c.utc) << c.text;
    EXPECT_EQ(ParseTimestampLenient(c.text), *time) << c.text;
  }
}

TEST(TimestampTest, LenientReadsWhatLabelsHold) {
  const Read cases[] = {
      {"20181006", "2018-10-06T00:00:00Z"},
      {"2018-10-06", "2018-10-06T00:00:00Z"},
      {"2020-07-22T12:11:33.547097", "2020-07-22T12:11:33.547097Z"},
      {"2020-07-22T12:11:33", "2020-07-22T12:11:33Z"},
      {"2020-07-22 12:11:33", "2020-07-22T12:11:33Z"},
      {"2020-07-22 12:11:33Z", "2020-07-22T12:11:33Z"},
      {"2020-07-22T12:11", "2020-07-22T12:11:00Z"},
      {"2020-07-22T12:11Z", "2020-07-22T12:11:00Z"},
      {"2020-07-22T12:11+02:00", "2020-07-22T10:11:00Z"},
      {"2020-07-22T12:11:33+0200", "2020-07-22T10:11:33Z"},
      {"2020-07-22T12:11:33-02", "2020-07-22T14:11:33Z"},
      {"2020-07-22T12:11:33 +0200", "2020-07-22T10:11:33Z"},
      {"2020-07-22t12:11:33z", "2020-07-22T12:11:33Z"},
      {"2020-07-22T12:11:33,5Z", "2020-07-22T12:11:33.5Z"},
      {"2020-07-22 12:11:33 UTC", "2020-07-22T12:11:33Z"},
      {"2020-07-22 12:11:33 GMT", "2020-07-22T12:11:33Z"},
      {"2020-07-22 12:11:33.25 +0000 UTC", "2020-07-22T12:11:33.25Z"},
      {"20200722T121133Z", "2020-07-22T12:11:33Z"},
      {"20200722T1211", "2020-07-22T12:11:00Z"},
      {"20200722121133", "2020-07-22T12:11:33Z"},
      {"20200722T12:11:33Z", "2020-07-22T12:11:33Z"},
      {" 2020-07-22T12:11:33Z\r\n", "2020-07-22T12:11:33Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
  };
  for (const Read& c : cases) {
    const auto time = ParseTimestampLenient(c.text);
    ASSERT_TRUE(time.has_value()) << time.error().message;
    EXPECT_EQ(FormatTimestamp(*time), c.utc) << c.text;
    EXPECT_FALSE(ParseTimestamp(c.text).has_value()) << "strict took " << c.text;
  }
}

struct RefusedTime {
  const char* text;
  const char* why;
};

TEST(TimestampTest, BothRefuseWhatIsNoTimeAndSayWhere) {
  const RefusedTime cases[] = {
      {"", "expected the year (at character 1)"},
      {"yesterday", "expected the year (at character 1)"},
      {"Mon Jan 2 15:04:05 UTC 2006", "expected the year"},
      {"0000-01-01T00:00:00Z", "the year is not within 1 to 9999"},
      {"10000-01-01T00:00:00Z", ""},
      {"2020-13-01T00:00:00Z", "the month is not within 1 to 12 (at character 6)"},
      {"2020-00-01T00:00:00Z", "the month is not within 1 to 12"},
      {"2020-01-32T00:00:00Z", "the day is not within 1 to 31 (at character 9)"},
      {"2019-02-29T00:00:00Z", "the day is not within 1 to 28"},
      {"1900-02-29T00:00:00Z", "the day is not within 1 to 28"},
      {"2020-01-01T24:00:00Z", "the hour is not within 0 to 23 (at character 12)"},
      {"2020-01-01T00:60:00Z", "the minute is not within 0 to 59"},
      {"2020-01-01T00:00:61Z", "the second is not within"},
      {"2020-01-01T00:00:00.Z", "expected digits of the fraction"},
      {"2020-01-01T00:00:00+24:00", "the hour of the offset is not within 0 to 23"},
      {"2020-01-01T00:00:00+00:60", "the minute of the offset is not within 0 to 59"},
      {"2020-01-01T00:00:00CET", "expected 'Z' or an offset"},
      {"2020-01-01T00:00:00Z ago", "there is text after the time"},
      {"0001-01-01T00:00:00+00:01", "outside the years 1 to 9999"},
      {"9999-12-31T23:59:59-00:01", "outside the years 1 to 9999"},
      {"2020-1-1", "expected the month"},
      {"1612011200", ""},
      {"1612011200123", ""},
      {"-2020-01-01T00:00:00Z", "expected the year"},
  };
  for (const RefusedTime& c : cases) {
    for (const auto& time : {ParseTimestamp(c.text), ParseTimestampLenient(c.text)}) {
      ASSERT_FALSE(time.has_value()) << c.text;
      EXPECT_EQ(time.error().code, Errc::invalid_argument);
    }
    EXPECT_THAT(ParseTimestampLenient(c.text).error().message, HasSubstr(c.why));
  }
}

TEST(TimestampTest, NoneIsYearOneAndOrdersFirst) {
  EXPECT_TRUE(Timestamp().IsNone());
  EXPECT_TRUE(ParseTimestamp("0001-01-01T00:00:00Z")->IsNone());
  EXPECT_FALSE(ParseTimestamp("0001-01-01T00:00:00.000000001Z")->IsNone());
  EXPECT_FALSE(Timestamp(0, 0).IsNone());
  EXPECT_LT(Timestamp(), Timestamp(0, 0));
  EXPECT_LT(Timestamp(5, 1), Timestamp(5, 2));
}

TEST(TimestampTest, TimesAreRoundedDownToAMillisecondOnBothSidesOf1970) {
  EXPECT_EQ(Timestamp(1, 999'999'999).ToTime(), Time(1999ms));
  EXPECT_EQ(Timestamp(-1, 999'999'999).ToTime(), Time(-1ms));
  EXPECT_EQ(Timestamp(-2, 500'000).ToTime(), Time(-2000ms));
  for (const Time time : {Time(0ms), Time(1ms), Time(-1ms), Time(-1001ms), Time(1700000000123ms)}) {
    EXPECT_EQ(Timestamp::FromTime(time).ToTime(), time);
    EXPECT_GE(Timestamp::FromTime(time).nanoseconds(), 0);
  }
}

TEST(TimestampTest, WhatIsOutsideTheYearsIsClamped) {
  EXPECT_EQ(FormatTimestamp(Timestamp::FromTime(Time::max())), "9999-12-31T23:59:59.999Z");
  EXPECT_TRUE(Timestamp::FromTime(Time::min()).IsNone());
  EXPECT_EQ(FormatTimestamp(Timestamp(INT64_MIN, 0)), "0001-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(Timestamp(INT64_MAX, 0).ToTime()), "9999-12-31T23:59:59Z");
}

TEST(FormatTimeTest, HasMillisecondsOnlyWhereThereAreSome) {
  EXPECT_EQ(FormatTime(Time(0ms)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(Time(1'700'000'000'000ms)), "2023-11-14T22:13:20Z");
  EXPECT_EQ(FormatTime(Time(1'700'000'000'120ms)), "2023-11-14T22:13:20.120Z");
  EXPECT_EQ(FormatTime(Time(-1ms)), "1969-12-31T23:59:59.999Z");
}

TEST(NowTest, IsAfterThisWasWrittenAndDoesNotReachPastItsRange) {
  EXPECT_GT(Now(), ParseTimestamp("2024-01-01T00:00:00Z")->ToTime());
  EXPECT_LT(Now(), ParseTimestamp("9999-01-01T00:00:00Z")->ToTime());
}

}  // namespace
}  // namespace larder
