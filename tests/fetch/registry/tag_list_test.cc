#include "registry/tag_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace larder {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TagList, KeepsTheOrderOfTheRegistry) {
  EXPECT_THAT(ReadTagList(R"({"name":"a/b","tags":["v2","v10","latest"]})")->tags, ElementsAre("v2", "v10", "latest"));
}

TEST(TagList, NullIsEmpty) {
  const auto page = ReadTagList(R"({"name":"a","tags":null})");
  ASSERT_TRUE(page.has_value());
  EXPECT_TRUE(page->tags.empty());
  EXPECT_EQ(page->skipped, 0u);
}

TEST(TagList, SkipsAndCountsWhatIsNoTag) {
  const auto page = ReadTagList(R"({"tags":["ok","",null,7,"-x",".x","a b","sha256:)" + std::string(64, 'a') +
                                R"(",["v"],")" + std::string(129, 't') + R"(","_ok","a\u0000b"]})");
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(page->tags, ElementsAre("ok", "_ok"));
  EXPECT_EQ(page->skipped, 10u);
}

TEST(TagList, WhatIsNoTagListIsCorruptionNotAnEmptyList) {
  for (const char* body : {"", "[]", "[\"v1\",\"v2\"]", "<html>", R"({"errors":[]})", R"({"name":"x"})",
                           R"({"tags":"v1"})", R"({"tags":{"v1":1}})", "null"}) {
    const auto page = ReadTagList(body);
    ASSERT_FALSE(page.has_value()) << body;
    EXPECT_EQ(page.error().code, Errc::corruption) << body;
    EXPECT_THAT(page.error().message, HasSubstr("tag list")) << body;
  }
}

}  // namespace
}  // namespace larder
