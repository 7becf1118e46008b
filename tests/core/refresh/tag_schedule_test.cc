#include "larder/tag_schedule.h"

#include <gmock/gmock.h>

#include <limits>
#include <string>

#include "core/refresh/now.h"

namespace larder {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const std::string kRef = "quay.io/a/b:c";

Timestamp Ago(Duration age) { return Timestamp::FromTime(kNow - age); }
Digest DigestOf(char digit) { return *Digest::Parse("sha256:" + std::string(64, digit)); }

void ExpectWithinATenth(Duration actual, Duration expected) {
  EXPECT_GE(actual, expected * 9 / 10);
  EXPECT_LE(actual, expected * 11 / 10);
}

struct First {
  Timestamp created;
  Duration interval;
};

TEST(FirstIntervalTest, IsATenthOfTheAgeWithinAnHourAndADay) {
  const First cases[] = {
      {Timestamp(), 1h},      {Ago(0min), 1h},     {Ago(1h), 1h},          {Ago(10h), 1h},
      {Ago(11h), 66min},      {Ago(days(5)), 12h}, {Ago(days(10)), 24h},   {Ago(days(11)), 24h},
      {Timestamp(0, 0), 24h}, {Ago(-1h), 1h},      {Ago(-days(3650)), 1h}, {Timestamp(Timestamp::kMaxSeconds, 0), 1h},
  };
  for (const First& c : cases) EXPECT_EQ(FirstInterval(kNow, c.created), c.interval) << FormatTimestamp(c.created);
}

struct Next {
  Duration previous;
  bool moved;
  Duration interval;
};

TEST(NextIntervalTest, DoublesWhereNothingMovedAndHalvesWhereItDid) {
  const Next cases[] = {
      {1h, false, 2h},
      {1h, true, 30min},
      {5min, true, 5min},
      {9min, true, 5min},
      {4 * 24h, false, days(7)},
      {days(7), false, days(7)},
      {days(7), true, 84h},
      {0min, false, 10min},
      {-1h, false, 10min},
      {1min, false, 10min},
      {Duration::max(), false, days(7)},
      {Duration::max(), true, 84h},
  };
  for (const Next& c : cases) EXPECT_EQ(NextInterval(c.previous, c.moved), c.interval) << c.previous.count() << c.moved;
}

struct Due {
  const char* what;
  Time deadline;
  bool due, along;
};

TEST(IsDueTest, WhatHasComeIsDueAndSoIsWhatNoRuleWouldPutThere) {
  const Due cases[] = {
      {"none", Time(), true, true},
      {"past", kNow - 1ms, true, true},
      {"now", kNow, true, true},
      {"soon", kNow + 1ms, false, true},
      {"in a minute", kNow + 60s, false, true},
      {"later", kNow + 60s + 1ms, false, false},
      {"the longest of the rules", kNow + days(7) * 11 / 10, false, false},
      {"8 days", kNow + days(8), false, false},
      {"a clock that jumped", kNow + days(8) + 1ms, true, true},
      {"the end of time", Time::max(), true, true},
      {"its beginning", Time::min(), true, true},
  };
  for (const Due& c : cases) {
    EXPECT_EQ(IsDue(c.deadline, kNow), c.due) << c.what;
    EXPECT_EQ(GoesAlong(c.deadline, kNow), c.along) << c.what;
  }
}

TEST(AdoptDeadlineTest, TheLaterOneCountsWhereItIsSane) {
  EXPECT_EQ(AdoptDeadline(kNow, kNow + 1h, kNow), kNow + 1h);
  EXPECT_EQ(AdoptDeadline(kNow + 2h, kNow + 1h, kNow), kNow + 2h);
  EXPECT_EQ(AdoptDeadline(kNow - 1h, kNow + days(9), kNow), kNow);
  EXPECT_EQ(AdoptDeadline(kNow - 1h, Time(), kNow), kNow - 1h);
}

TEST(RetentionTest, ARecordLastsThirtyDaysAndIsRenewedAtHalf) {
  EXPECT_EQ(ExpiryFrom(kNow), kNow + days(30));
  EXPECT_EQ(ExpiryFrom(kNow, 1h), kNow + 1h);
  EXPECT_FALSE(NeedsRenewal(kNow + days(30), kNow));
  EXPECT_FALSE(NeedsRenewal(kNow + days(15), kNow));
  EXPECT_TRUE(NeedsRenewal(kNow + days(15) - 1ms, kNow));
  EXPECT_TRUE(NeedsRenewal(Time(), kNow));
}

TEST(MayHeadTest, TheMarkHoldsForADayAtMost) {
  EXPECT_TRUE(MayHead(Time(), kNow));
  EXPECT_FALSE(MayHead(kNow + kNoHead, kNow));
  EXPECT_FALSE(MayHead(kNow + 1ms, kNow));
  EXPECT_TRUE(MayHead(kNow, kNow));
  EXPECT_TRUE(MayHead(kNow + kNoHead + 1ms, kNow)) << "a clock that jumped";
}

struct Asked {
  bool known, pulls_counted, may_head;
  Question question;
};

TEST(NextQuestionTest, HeadForWhatIsKnownAndWherePullsCount) {
  const Asked cases[] = {
      {false, false, true, Question::get}, {false, true, true, Question::head},  {true, false, true, Question::head},
      {true, true, true, Question::head},  {false, false, false, Question::get}, {false, true, false, Question::get},
      {true, false, false, Question::get}, {true, true, false, Question::get},
  };
  for (const Asked& c : cases) {
    EXPECT_EQ(NextQuestion(c.known, c.pulls_counted, c.may_head), c.question)
        << c.known << c.pulls_counted << c.may_head;
  }
}

struct Compared {
  const char* what;
  TagDigests before, now;
  TagChange change;
};

TEST(CompareTagTest, ComparesLikeWithLike) {
  const Digest a = DigestOf('a'), b = DigestOf('b'), none;
  const Compared cases[] = {
      {"HEAD, same", {a, a}, {a, none}, TagChange::same},
      {"HEAD, moved", {a, a}, {b, none}, TagChange::moved},
      {"HEAD of a host whose header is wrong, same", {b, a}, {b, none}, TagChange::same},
      {"HEAD of a host whose header is wrong, moved", {b, a}, {a, none}, TagChange::moved},
      {"HEAD, nothing was announced before, same", {none, a}, {a, none}, TagChange::same},
      {"HEAD, nothing was announced before, moved", {none, a}, {b, none}, TagChange::moved},
      {"HEAD without a header", {a, a}, {none, none}, TagChange::unknown},
      {"HEAD of an unknown tag", {none, none}, {a, none}, TagChange::unknown},
      {"GET, same", {none, a}, {none, a}, TagChange::same},
      {"GET, moved", {a, a}, {b, b}, TagChange::moved},
      {"GET, only the header changed", {a, a}, {b, a}, TagChange::same},
      {"GET without a header of a tag whose facts are pending", {a, none}, {none, a}, TagChange::same},
      {"the same, and it moved meanwhile", {b, none}, {none, a}, TagChange::moved},
      {"GET of a tag whose facts are pending", {a, none}, {a, a}, TagChange::same},
  };
  for (const Compared& c : cases) EXPECT_EQ(CompareTag(c.before, c.now), c.change) << c.what;
}

TEST(TagScheduleTest, TheFirstAnswerStartsFromTheAge) {
  const TagSchedule schedule = AfterAnswer(TagSchedule{}, false, Ago(days(5)), kRef, kNow);
  EXPECT_EQ(schedule.interval, 12h);
  ExpectWithinATenth(schedule.deadline - kNow, 12h);
  EXPECT_EQ(schedule.expiry, kNow + days(30));
  EXPECT_EQ(schedule.failures, 0);
}

TEST(TagScheduleTest, LaterAnswersAdaptTheStoredIntervalNotTheJitteredOne) {
  TagSchedule had{2h, 3, kNow, kNow};
  const TagSchedule same = AfterAnswer(had, false, Ago(days(5)), kRef, kNow);
  EXPECT_EQ(same.interval, 4h);
  EXPECT_EQ(same.failures, 0) << "an answer ends the row";
  ExpectWithinATenth(same.deadline - kNow, 4h);
  const TagSchedule moved = AfterAnswer(had, true, Ago(0min), kRef, kNow);
  EXPECT_EQ(moved.interval, 1h);
  had.interval = days(7);
  EXPECT_LE(AfterAnswer(had, false, Timestamp(), kRef, kNow).deadline, kNow + kMaxDeadlineAhead);
}

TEST(TagScheduleTest, AnExcludedImageIsAskedDaily) {
  const TagSchedule schedule = AfterExcluded(kRef, kNow, 1h);
  EXPECT_EQ(schedule.interval, 24h);
  ExpectWithinATenth(schedule.deadline - kNow, 24h);
  EXPECT_EQ(schedule.expiry, kNow + 1h);
}

TEST(TagScheduleTest, ATagsOwnFaultBacksOffAloneAndKeepsTheInterval) {
  TagSchedule schedule{2h, 0, kNow, kNow};
  for (const Duration wait : {Duration(5min), Duration(10min), Duration(20min)}) {
    schedule = AfterTagFault(schedule, kRef, kNow);
    ExpectWithinATenth(schedule.deadline - kNow, wait);
  }
  EXPECT_EQ(schedule.failures, 3);
  EXPECT_EQ(schedule.interval, 2h);
  EXPECT_EQ(schedule.expiry, kNow + days(30)) << "a failed attempt keeps the record";
}

TEST(TagScheduleTest, TheCountOfFailuresDoesNotWrap) {
  TagSchedule schedule{2h, std::numeric_limits<std::uint16_t>::max(), kNow, kNow};
  schedule = AfterTagFault(schedule, kRef, kNow);
  EXPECT_EQ(schedule.failures, std::numeric_limits<std::uint16_t>::max());
  ExpectWithinATenth(schedule.deadline - kNow, 24h);
}

TEST(TagScheduleTest, WhatOthersAreToBlameForMovesOnlyTheExpiry) {
  const TagSchedule had{2h, 1, kNow - 5min, kNow + 1h};
  TagSchedule expected = had;
  expected.expiry = kNow + days(30);
  EXPECT_EQ(AfterOthersFault(had, kNow), expected);
}

struct Fault {
  TagFault fault;
  bool good, not_found_before;
  EntryFate fate;
};

TEST(FateOfTest, AGoodEntryYieldsOnlyToASecond404) {
  const Fault cases[] = {
      {TagFault::not_found, true, false, EntryFate::keep},     {TagFault::not_found, true, true, EntryFate::missing},
      {TagFault::not_found, false, false, EntryFate::failed},  {TagFault::not_found, false, true, EntryFate::missing},
      {TagFault::bad_answer, true, false, EntryFate::keep},    {TagFault::bad_answer, true, true, EntryFate::keep},
      {TagFault::bad_answer, false, false, EntryFate::failed}, {TagFault::bad_answer, false, true, EntryFate::failed},
  };
  for (const Fault& c : cases) {
    EXPECT_EQ(FateOf(c.fault, c.good, c.not_found_before), c.fate)
        << static_cast<int>(c.fault) << c.good << c.not_found_before;
  }
}

}  // namespace
}  // namespace larder
