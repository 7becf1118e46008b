#include "layout/arrows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::layout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Includes(const std::string& name) { return "#include <string>\n\n#include \"" + name + "\"\n"; }

// A house in small: a header of each kind.
Tree House() {
  return {
      {"core/include/larder/digest.h", ""},  {"core/model/digest.cc", ""},
      {"core/include/larder/key.h", ""},     {"core/record/key.cc", ""},
      {"core/record/bytes.h", ""},           {"core/include/larder/log.h", ""},
      {"core/refresh/hash.h", ""},           {"backends/memory/include/larder/memory_store.h", ""},
      {"backends/memory/table.h", ""},       {"backends/lock_file/include/larder/lock_file.h", ""},
      {"fetch/include/larder/client.h", ""}, {"fetch/json/json.h", ""},
      {"fetch/http/session.h", ""},          {"fetch/auth/authorizer.h", ""},
      {"tests/support/process.h", ""},
  };
}

TEST(ArrowsTest, LetsThroughWhatFollowsThem) {
  const struct {
    std::string from, include;
  } kCases[] = {
      {"core/record/record.cc", "record/bytes.h"},
      {"core/record/record.cc", "larder/digest.h"},
      {"core/cache/cache.cc", "record/bytes.h"},
      {"core/model/time.cc", "larder/log.h"},
      {"core/include/larder/store.h", "larder/key.h"},
      {"backends/memory/table.cc", "table.h"},
      {"backends/memory/table.cc", "larder/key.h"},
      {"backends/lmdb/env.cc", "larder/lock_file.h"},
      {"backends/open_store/open_store.cc", "larder/memory_store.h"},
      {"fetch/auth/authorizer.cc", "http/session.h"},
      {"fetch/auth/authorizer.cc", "larder/client.h"},
      {"fetch/registry/remote.cc", "auth/authorizer.h"},
      {"tools/get.cc", "larder/memory_store.h"},
      {"tests/fetch/auth/authorizer_test.cc", "auth/authorizer.h"},
      {"tests/fetch/auth/authorizer_test.cc", "support/process.h"},
      {"bench/read.cc", "support/process.h"},
  };
  for (const auto& c : kCases) {
    Tree tree = House();
    tree[c.from] = Includes(c.include);
    EXPECT_THAT(WrongArrows(tree), IsEmpty()) << c.from;
  }
}

TEST(ArrowsTest, FindsWhatPointsAgainstThem) {
  const struct {
    std::string from, include, target;
  } kCases[] = {
      {"core/model/time.cc", "record/bytes.h", "core/record/bytes.h"},
      {"core/model/time.cc", "larder/key.h", "core/include/larder/key.h"},
      {"core/include/larder/digest.h", "larder/key.h", "core/include/larder/key.h"},
      {"core/record/record.cc", "refresh/hash.h", "core/refresh/hash.h"},
      {"core/refresh/rules.cc", "record/bytes.h", "core/record/bytes.h"},
      {"core/cache/cache.cc", "larder/client.h", "fetch/include/larder/client.h"},
      {"core/cache/cache.cc", "larder/memory_store.h", "backends/memory/include/larder/memory_store.h"},
      {"backends/lmdb/env.cc", "larder/memory_store.h", "backends/memory/include/larder/memory_store.h"},
      {"backends/lmdb/env.cc", "larder/client.h", "fetch/include/larder/client.h"},
      {"fetch/refresh/cycle.cc", "larder/memory_store.h", "backends/memory/include/larder/memory_store.h"},
      {"fetch/json/json.cc", "http/session.h", "fetch/http/session.h"},
      {"fetch/http/session.cc", "auth/authorizer.h", "fetch/auth/authorizer.h"},
      {"fetch/limits/limiter.cc", "auth/authorizer.h", "fetch/auth/authorizer.h"},
      {"tools/get.cc", "support/process.h", "tests/support/process.h"},
  };
  for (const auto& c : kCases) {
    Tree tree = House();
    tree[c.from] = Includes(c.include);
    EXPECT_THAT(WrongArrows(tree), ElementsAre(Problem(c.from, 3, "must not know " + c.target)));
  }
}

TEST(ArrowsTest, FindsWhatLeadsNowhereAndPartsThatNobodyKnows) {
  EXPECT_THAT(WrongArrows({{"core/model/a.cc", Includes("model/gone.h")}}),
              ElementsAre("core/model/a.cc:3: \"model/gone.h\" is no file of the tree"));
  EXPECT_THAT(WrongArrows({{"misc/a.cc", ""}}),
              ElementsAre("misc/a.cc:1: a part of the house that tests/layout/arrows.cc does not know"));
}

TEST(ArrowsTest, PrefersAFileOfItsOwnPart) {
  const Tree tree = {{"core/refresh/hash.h", ""}, {"fetch/refresh/hash.h", ""}};
  EXPECT_EQ(Resolve(tree, "fetch/refresh/cycle.cc", "refresh/hash.h"), "fetch/refresh/hash.h");
  EXPECT_EQ(Resolve(tree, "core/refresh/rules.cc", "refresh/hash.h"), "core/refresh/hash.h");
}

}  // namespace
}  // namespace larder::layout
