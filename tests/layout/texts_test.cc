#include "layout/texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"

#include <fstream>

namespace larder::layout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;

std::string LinesOfText(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "x\n";
  return text;
}

TEST(TextsTest, CountsTheLinesOfSourcesOnly) {
  EXPECT_THAT(LongSources({{"a.cc", LinesOfText(kMaxLines)}, {"a.md", LinesOfText(kMaxLines + 1)}}), IsEmpty());
  EXPECT_THAT(LongSources({{"a.h", LinesOfText(kMaxLines + 1)}}), SizeIs(1));
}

TEST(TextsTest, FindsBannedWords) {
  const std::vector<std::string> banned = {
      "// TO"
      "DO: later",
      "FIX"
      "ME",
      "what (X"
      "XX) is",
      "see /ro"
      "ot/jam",
      "cd /wo"
      "rk/x"};
  for (const std::string& line : banned) {
    EXPECT_THAT(BannedWords({{"a.md", "good\n" + line + "\n"}}), SizeIs(1)) << line;
  }
  EXPECT_THAT(BannedWords({{"a.cc",
                            "Open(\"/t"
                            "mp/x\");\n"}}),
              ElementsAre("a.cc:1: a fixed temporary path: use TempDir"));
}

TEST(TextsTest, LetsHarmlessWordsBe) {
  for (const std::string line :
       {"/home/cook/.docker", "mkdtemp(\"larder-XXXXXX\")", "https://example.org/home/x", "${HOME}/work/x", "todos",
        "--store lmdb:/tmp/larder-demo", "the workplace/home/office"}) {
    EXPECT_THAT(BannedWords({{"a.md", line + "\n"}}), IsEmpty()) << line;
  }
}

TEST(TextsTest, FindsNamesAndHeadersThatDiffer) {
  EXPECT_THAT(WrongNames({{"core/a_b2.h", "// What.\n#pragma once\n"}, {"core/x.cc", ""}, {"README.md", ""}}),
              IsEmpty());
  EXPECT_THAT(WrongNames({{"core/CamelCase.cc", ""}}), ElementsAre("core/CamelCase.cc:1: not a snake_case name"));
  EXPECT_THAT(WrongNames({{"core/a.h", "int x;\n"}}), ElementsAre("core/a.h:1: a header without #pragma once"));
}

TEST(TextsTest, FindsLinksThatLeadNowhere) {
  const std::string other = "# Other\n\n## Health and `metrics`: all\n```\n# no heading\n```\n";
  const std::string good = "[a](other.md) [b](other.md#health-and-metrics-all) [c](../README.md) [d](#up)\n# Up\n";
  EXPECT_THAT(DeadLinks({{"docs/a.md", good + "[e](examples) [f](https://x.org/no.md)\n```\n[g](no.md)\n```\n"},
                         {"docs/other.md", other},
                         {"README.md", ""}}),
              IsEmpty());
  EXPECT_THAT(
      DeadLinks({{"docs/a.md", "x\n[a](no.md) [b](other.md#no-heading) [c](#down)\n"}, {"docs/other.md", other}}),
      ElementsAre("docs/a.md:2: no file docs/no.md", "docs/a.md:2: docs/other.md has no heading #no-heading",
                  "docs/a.md:2: docs/a.md has no heading #down"));
}

TEST(TextsTest, FindsNamesOfPagesThatNothingHas) {
  const Tree code = {
      {"core/include/larder/cache.h", "class Cache { Result<int> Image(); };\nint kMost = 1; Retry();\n"},
      {"core/cache/hidden.h", "class Hidden;\n"},
      {"fetch/metrics/families.cc", "Add(\"larder_host_rate\"); Add(\"larder_host_silent\");\n"}};
  Tree good = code;
  good["docs/coming-from-flux.md"] =
      "`Gone`\n| `Lost` | `Cache::Image`, `kMost`, `Retry-After`, `a.b` | `larder/cache.h` |\n";
  good["docs/running.md"] = "| `larder_host_rate{host}`, `larder_host_silent` |\n";
  good["docs/writing-a-backend.md"] = "larder/my_store.h\n";
  EXPECT_THAT(DeadNames(good), IsEmpty());
  Tree bad = code;
  bad["docs/a.md"] = "see larder/none.h\n";
  bad["docs/coming-from-flux.md"] = "| `X` | `Hidden` and `kLeast` | |\n";
  bad["docs/running.md"] = "`larder_host_rate` `larder_host_speed`\n";
  EXPECT_THAT(DeadNames(bad), ElementsAre("docs/a.md:1: no header larder/none.h",
                                          "docs/coming-from-flux.md:1: no public header declares Hidden",
                                          "docs/coming-from-flux.md:1: no public header declares kLeast",
                                          "docs/running.md:1: no series larder_host_speed",
                                          "docs/running.md:1: does not tell of larder_host_silent"));
}

TEST(TreeTest, ReadsWhatPeopleWrite) {
  const testing::TempDir directory;
  for (const std::string name : {"core/a.cc", "build/b.cc", ".git/c.md", "core/data.bin", "core/CMakeLists.txt"}) {
    std::filesystem::create_directories((directory / name).parent_path());
    std::ofstream(directory / name) << "text of " << name;
  }
  const Tree tree = ReadTree(directory.path());
  EXPECT_THAT(tree, ElementsAre(Key("core/CMakeLists.txt"), Key("core/a.cc")));
  EXPECT_EQ(tree.at("core/a.cc"), "text of core/a.cc");
}

TEST(TextsTest, FindsHeadersThatASharedBuildHides) {
  const std::string seen = "#pragma once\nnamespace LARDER_API larder {\n}\n";
  const std::string hidden = "#pragma once\nnamespace larder {\n}\n";
  EXPECT_THAT(HiddenHeaders({{"core/include/larder/a.h", seen}, {"core/model/b.h", hidden}}), IsEmpty());
  EXPECT_THAT(HiddenHeaders({{"core/include/larder/all.h", "#include \"larder/a.h\"\n"}}), IsEmpty());
  EXPECT_THAT(HiddenHeaders({{"backends/x/include/larder/a.h", hidden}}), SizeIs(1));
}

}  // namespace
}  // namespace larder::layout
