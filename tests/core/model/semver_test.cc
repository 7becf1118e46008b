#include "model/semver.h"

#include <gmock/gmock.h>

#include <vector>

namespace larder {
namespace {

TEST(SemverTest, ReadsWhatTheGoLibraryReads) {
  for (const char* text : {"1", "v1", "1.2", "v1.2.3", "1.2.3-rc.1", "1.2.3+build", "1.2.3-rc.1+build.5", "1-alpha",
                           "1.2-alpha", "01.02.003", "0", "0.0.0", "1.2.3--", "20200722121133", "1.0-a-b"}) {
    EXPECT_TRUE(ParseSemver(text).has_value()) << text;
  }
}

TEST(SemverTest, RefusesWhatIsNone) {
  for (const char* text : {"",           "v",
                           "V1",         "latest",
                           "1.",         "1.2.",
                           "1.2.3.",     "1.2.3.4",
                           "1.x",        "a1",
                           "1.2.3-",     "1.2.3+",
                           "1.2.3-a..b", "1.2.3-.a",
                           "1.2.3-a.",   "1.2.3-a_b",
                           "1.2.3_4",    "1 ",
                           " 1",         "-1",
                           "+1",         "18446744073709551616",
                           "1.2.3+a+b"}) {
    EXPECT_FALSE(ParseSemver(text).has_value()) << text;
  }
}

TEST(SemverTest, PartsAreTakenApart) {
  const auto version = ParseSemver("v1.20-rc.1+build-5");
  ASSERT_TRUE(version.has_value());
  EXPECT_THAT(version->numbers, ::testing::ElementsAre(1u, 20u, 0u));
  EXPECT_EQ(version->prerelease, "rc.1");
  EXPECT_EQ(version->metadata, "build-5");
}

TEST(SemverTest, RanksByPrecedence) {
  const std::vector<const char*> rising = {"0.9",
                                           "1.0.0-0",
                                           "1.0.0-2",
                                           "1.0.0-11",
                                           "1.0.0-99999999999999999999",
                                           "1.0.0-alpha",
                                           "1.0.0-alpha.1",
                                           "1.0.0-alpha.beta",
                                           "1.0.0-beta",
                                           "1.0.0-beta.2",
                                           "1.0.0-beta.11",
                                           "1.0.0-rc.1",
                                           "1.0.0",
                                           "1.0.1",
                                           "1.1",
                                           "1.2",
                                           "1.10",
                                           "2",
                                           "10"};
  for (std::size_t i = 0; i < rising.size(); ++i) {
    for (std::size_t j = 0; j < rising.size(); ++j) {
      const int order = ComparePrecedence(*ParseSemver(rising[i]), *ParseSemver(rising[j]));
      EXPECT_EQ(order < 0, i < j) << rising[i] << " " << rising[j];
      EXPECT_EQ(order > 0, i > j) << rising[i] << " " << rising[j];
    }
  }
}

TEST(SemverTest, SpellingAndMetadataDoNotChangeTheRank) {
  for (const char* text : {"1.0.0", "v1", "1.0", "01.0", "1.0.0+a", "v1.0.0+b"}) {
    EXPECT_EQ(ComparePrecedence(*ParseSemver(text), *ParseSemver("1")), 0) << text;
  }
}

}  // namespace
}  // namespace larder
