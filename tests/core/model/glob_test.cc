#include "larder/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace larder {
namespace {

TEST(GlobTest, MatchesTheWholeText) {
  struct Case {
    const char* pattern;
    const char* text;
    bool matches;
  };
  for (const Case& c : {
           Case{"", "", true},
           Case{"", "a", false},
           Case{"*", "", true},
           Case{"*", "any/thing:1", true},
           Case{"k8s.gcr.io/*", "k8s.gcr.io/pause", true},
           Case{"k8s.gcr.io/*", "k8s.gcr.io/a/b", true},
           Case{"k8s.gcr.io/*", "k8s.gcr.io", false},
           Case{"k8s.gcr.io/*", "xk8s.gcr.io/pause", false},
           Case{"*/library/*", "index.docker.io/library/alpine", true},
           Case{"*a*b", "aab", true},
           Case{"*a*b", "aabc", false},
           Case{"*ab", "aab", true},
           Case{"a**b", "ab", true},
           Case{"a?c", "abc", true},
           Case{"a?c", "ac", false},
           Case{"a.c", "abc", false},
           Case{"[ab]", "a", false},
       }) {
    EXPECT_EQ(GlobMatches(c.pattern, c.text), c.matches) << c.pattern << " / " << c.text;
  }
}

TEST(GlobTest, ManyStarsDoNotBlowUp) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(GlobMatches(pattern + "b", std::string(2000, 'a')));
}

TEST(GlobTest, AnyOfSeveral) {
  EXPECT_FALSE(AnyGlobMatches({}, "x"));
  EXPECT_TRUE(AnyGlobMatches({"y", "x*"}, "xyz"));
}

}  // namespace
}  // namespace larder
