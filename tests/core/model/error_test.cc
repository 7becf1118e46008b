#include "larder/error.h"

#include <gmock/gmock.h>

namespace larder {
namespace {

TEST(ErrorTest, EveryCodeHasItsOwnStableName) {
  EXPECT_EQ(ErrcName(Errc::not_found), "not_found");
  EXPECT_EQ(ErrcName(Errc::invalid_argument), "invalid_argument");
  EXPECT_EQ(ErrcName(Errc::unavailable), "unavailable");
  EXPECT_EQ(ErrcName(Errc::rate_limited), "rate_limited");
  EXPECT_EQ(ErrcName(Errc::permission_denied), "permission_denied");
  EXPECT_EQ(ErrcName(Errc::corruption), "corruption");
  EXPECT_EQ(ErrcName(Errc::too_large), "too_large");
  EXPECT_EQ(ErrcName(Errc::unsupported), "unsupported");
  EXPECT_EQ(ErrcName(Errc::already_exists), "already_exists");
  EXPECT_EQ(ErrcName(Errc::cancelled), "cancelled");
}

TEST(ErrorTest, ContextIsAddedAtEachHopAndTheRestKept) {
  const Time later{std::chrono::seconds(5)};
  Error error = Error{Errc::rate_limited, "429", later}.WithContext("tags of alpine").WithContext("refresh");
  EXPECT_EQ(error.message, "refresh: tags of alpine: 429");
  EXPECT_EQ(error.code, Errc::rate_limited);
  EXPECT_EQ(error.retry_at, later);
  EXPECT_EQ(error.ToString(), "rate_limited: refresh: tags of alpine: 429");
}

TEST(ErrorTest, ContextOnAnErrorWithoutMessageIsTheMessage) {
  EXPECT_EQ(Miss().error().WithContext("alpine").message, "alpine");
}

TEST(ErrorTest, AMissIsNotFoundWithoutText) {
  const Result<int> miss = Miss();
  ASSERT_FALSE(miss.has_value());
  EXPECT_EQ(miss.error().code, Errc::not_found);
  EXPECT_EQ(miss.error().ToString(), "not_found");
}

Result<int> Half(int value) {
  if (value % 2 != 0) return Fail(Errc::invalid_argument, "odd");
  return value / 2;
}

Result<int> Quarter(int value) {
  LARDER_ASSIGN_OR_RETURN(const int half, Half(value));
  LARDER_RETURN_IF_ERROR(Half(half));
  return half / 2;
}

TEST(ErrorTest, TheMacrosHandErrorsOnAndValuesOut) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(6).error().message, "odd");
  EXPECT_EQ(Quarter(5).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace larder
