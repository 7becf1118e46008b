#include "larder/platform.h"

#include <gmock/gmock.h>

namespace larder {
namespace {

TEST(PlatformTest, PrintsWhatItParsed) {
  for (const char* text : {"linux/amd64", "linux/arm64/v8", "windows/amd64", "unknown/unknown", "linux/x86_64"}) {
    const auto platform = Platform::Parse(text);
    ASSERT_TRUE(platform.has_value()) << text;
    EXPECT_EQ(platform->ToString(), text);
  }
  EXPECT_EQ(Platform::Parse("Linux/ARM/V7")->ToString(), "linux/arm/v7");
}

TEST(PlatformTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", "linux", "linux/", "/amd64", "linux//v8", "linux/arm64/", "a/b/c/d", "linux/am d64", "l\xc3\xa9/a"}) {
    const auto platform = Platform::Parse(text);
    ASSERT_FALSE(platform.has_value()) << text;
    EXPECT_EQ(platform.error().code, Errc::invalid_argument) << text;
  }
}

struct Wanted {
  const char* have;
  const char* wanted;
  bool satisfies;
};

TEST(PlatformTest, SatisfiesWhatAsksForNoMoreThanItIs) {
  const Wanted cases[] = {
      {"linux/amd64", "linux/amd64", true},     {"linux/arm64/v8", "linux/arm64", true},
      {"linux/arm64", "linux/arm64/v8", false}, {"linux/arm/v6", "linux/arm/v7", false},
      {"windows/amd64", "linux/amd64", false},  {"linux/arm64", "linux/amd64", false},
      {"linux/arm/v7", "linux/arm/v7", true},
  };
  for (const Wanted& c : cases) {
    EXPECT_EQ(Platform::Parse(c.have)->Satisfies(*Platform::Parse(c.wanted)), c.satisfies) << c.have << " " << c.wanted;
  }
}

TEST(PlatformTest, TheDefaultIsLinuxOnAmd64AndTheUnknownIsEmpty) {
  ASSERT_EQ(DefaultPlatforms().size(), 1u);
  EXPECT_EQ(DefaultPlatforms().front().ToString(), "linux/amd64");
  EXPECT_TRUE(Platform().empty());
  EXPECT_EQ(Platform().ToString(), "");
}

}  // namespace
}  // namespace larder
