#include "layout/shared_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::layout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Unnamed(const std::string& text) { return "namespace {\n\n" + text + "\n}  // namespace\n"; }

TEST(SharedNamesTest, OfOneTargetAreProblems) {
  for (const std::string line :
       {"constexpr int kMost = 3;", "bool IsDigit(char c) {", "bool IsDigit(char c) { return true; }", "struct Case {",
        "class Reader final : public Base {", "const std::string kName{\"x\"};"}) {
    EXPECT_EQ(SharedNames({{"core/a/x.cc", Unnamed(line)}, {"core/b/y.cc", Unnamed(line)}}).size(), 1u) << line;
  }
  EXPECT_THAT(SharedNames({{"tests/a/x.cc", Unnamed("struct Case {")}, {"tests/a/y.cc", Unnamed("struct Case {")}}),
              ElementsAre("tests/a/y.cc:3: Case is defined in tests/a/x.cc too: share it, or rename one"));
}

TEST(SharedNamesTest, OtherTargetsOverloadsAndAliasesAreNone) {
  EXPECT_THAT(SharedNames({{"tests/a/x.cc", Unnamed("struct Case {")}, {"tests/b/y.cc", Unnamed("struct Case {")}}),
              IsEmpty());
  EXPECT_THAT(
      SharedNames({{"core/x.cc", Unnamed("int Twice(int x) {")}, {"core/y.cc", Unnamed("int Twice(long x) {")}}),
      IsEmpty());
  EXPECT_THAT(SharedNames({{"core/x.cc", Unnamed("using Clock = X;\n")}, {"core/y.cc", Unnamed("using Clock = X;\n")}}),
              IsEmpty());
  EXPECT_THAT(SharedNames({{"core/x.cc", "int Twice(int x) {\n"}, {"core/y.cc", "int Twice(int x) {\n"}}), IsEmpty());
  EXPECT_THAT(SharedNames({{"core/x.cc", Unnamed("TEST(A, B) {")}, {"core/y.cc", Unnamed("TEST(A, B) {")}}), IsEmpty());
}

}  // namespace
}  // namespace larder::layout
