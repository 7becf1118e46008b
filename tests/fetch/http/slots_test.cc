#include "http/slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace larder::http {
namespace {

using ::testing::ElementsAre;

TEST(SlotsTest, OneMoreIsKeptForThePriorityLane) {
  Slots slots(2);
  EXPECT_TRUE(slots.Take(Lane::normal));
  EXPECT_TRUE(slots.Take(Lane::normal));
  EXPECT_FALSE(slots.Take(Lane::normal));
  EXPECT_TRUE(slots.Take(Lane::priority));
  EXPECT_FALSE(slots.Take(Lane::priority));
  EXPECT_EQ(slots.in_flight(), 3);
}

TEST(SlotsTest, FirstInFirstOutAndPriorityBefore) {
  Slots slots(1);
  std::vector<int> order;
  ASSERT_TRUE(slots.Take(Lane::normal));
  ASSERT_TRUE(slots.Take(Lane::priority));
  slots.Wait(Lane::normal, [&] { order.push_back(1); });
  slots.Wait(Lane::normal, [&] { order.push_back(2); });
  slots.Wait(Lane::priority, [&] { order.push_back(10); });
  slots.Wait(Lane::priority, [&] { order.push_back(11); });
  EXPECT_FALSE(slots.Take(Lane::normal)) << "it would overtake";
  slots.Release();
  EXPECT_THAT(order, ElementsAre(10));
  slots.Release();
  EXPECT_THAT(order, ElementsAre(10, 11));
  slots.Release();
  EXPECT_THAT(order, ElementsAre(10, 11)) << "the last free one is the priority lane's";
  slots.Release();
  EXPECT_THAT(order, ElementsAre(10, 11, 1));
  slots.Release();
  EXPECT_THAT(order, ElementsAre(10, 11, 1, 2));
}

TEST(SlotsTest, WhatIsWantedSoonGoesBetweenAndTakesNoMoreThanItsShare) {
  Slots slots(1);
  std::vector<int> order;
  ASSERT_TRUE(slots.Take(Lane::soon));
  EXPECT_FALSE(slots.Take(Lane::soon)) << "the last free one is the priority lane's";
  slots.Wait(Lane::normal, [&] { order.push_back(1); });
  slots.Wait(Lane::soon, [&] { order.push_back(5); });
  ASSERT_TRUE(slots.Take(Lane::priority));
  slots.Wait(Lane::priority, [&] { order.push_back(10); });
  EXPECT_EQ(slots.waiting(), 3u);
  slots.Release();
  EXPECT_THAT(order, ElementsAre(10));
  slots.Release();
  EXPECT_THAT(order, ElementsAre(10)) << "one is left: the priority lane's";
  slots.Release();
  EXPECT_THAT(order, ElementsAre(10, 5));
  slots.Release();
  EXPECT_THAT(order, ElementsAre(10, 5, 1));
}

TEST(SlotsTest, NeverMoreThanAHundred) {
  Slots slots(1000);
  int taken = 0;
  while (slots.Take(Lane::normal)) ++taken;
  EXPECT_EQ(taken, kMaxInFlightPerHost - 1);
  EXPECT_TRUE(slots.Take(Lane::priority));
  EXPECT_FALSE(slots.Take(Lane::priority));
  Slots least(-1);
  EXPECT_TRUE(least.Take(Lane::normal));
}

TEST(SlotsTest, WhoIsForgottenIsNotGranted) {
  Slots slots(1);
  std::vector<int> order;
  ASSERT_TRUE(slots.Take(Lane::normal));
  const Slots::Ticket first = slots.Wait(Lane::normal, [&] { order.push_back(1); });
  slots.Wait(Lane::normal, [&] { order.push_back(2); });
  EXPECT_TRUE(slots.Forget(first));
  EXPECT_FALSE(slots.Forget(first));
  slots.Release();
  EXPECT_THAT(order, ElementsAre(2));
}

TEST(SlotsTest, ManyThatGiveTheirsBackAtOnceDoNotDeepenTheStack) {
  Slots slots(1);
  ASSERT_TRUE(slots.Take(Lane::normal));
  int granted = 0;
  for (int i = 0; i < 100'000; ++i) {
    slots.Wait(Lane::normal, [&] {
      ++granted;
      slots.Release();
    });
  }
  slots.Release();
  EXPECT_EQ(granted, 100'000);
  EXPECT_EQ(slots.in_flight(), 0);
}

TEST(SlotsTest, MayBeDestroyedByWhoIsGranted) {
  auto slots = std::make_optional<Slots>(1);
  ASSERT_TRUE(slots->Take(Lane::normal));
  slots->Wait(Lane::normal, [&] { slots.reset(); });
  slots->Wait(Lane::normal, [] { FAIL(); });
  slots->Release();
  EXPECT_FALSE(slots.has_value());
}

}  // namespace
}  // namespace larder::http
