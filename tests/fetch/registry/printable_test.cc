#include "registry/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace larder {
namespace {

TEST(Printable, LeavesNothingThatATerminalOrALogWouldActOn) {
  EXPECT_EQ(Printable(" a \t\n b ", 80), "a b");
  EXPECT_EQ(Printable(std::string_view("a\0b\x7f\x1b", 5), 80), "a?b??");
  EXPECT_EQ(Printable("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\xB3", 80), "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\xB3");
  EXPECT_EQ(Printable("\xff\xC3+\xC0\x80\xE0\x80\x80\xED\xA0\x80\xF4\x90\x80\x80", 80),
            "?"
            "?+" +
                std::string(12, '?'));
  EXPECT_EQ(Printable("\xC2\x9b"
                      "31m",
                      80),
            "??31m");  // a control character of C1
  EXPECT_EQ(Printable("a\xE2\x80\xAE"
                      "b",
                      80),
            "a???b");  // right-to-left override
}

TEST(Printable, IsCutAtWholeCharacters) {
  EXPECT_EQ(Printable("abcdef", 6), "abcdef");
  EXPECT_EQ(Printable("abcdefg", 6), "abc...");
  EXPECT_EQ(Printable("ab\xC3\xA9\xC3\xA9\xC3\xA9", 7), "ab\xC3\xA9...");
  EXPECT_EQ(Printable("ab\xC3\xA9\xC3\xA9\xC3\xA9", 6), "ab...");
  EXPECT_EQ(Printable("abc", 2), "");
  EXPECT_EQ(Quoted("x"), "\"x\"");
}

}  // namespace
}  // namespace larder
