// The rules of the house, checked on this very tree.
#include <gtest/gtest.h>

#include "layout/arrows.h"
#include "layout/coroutines.h"
#include "layout/shared_names.h"
#include "layout/targets.h"
#include "layout/texts.h"
#include "layout/third_party.h"
#include "layout/tree.h"

namespace larder::layout {
namespace {

const Tree& ThisTree() {
  static const Tree kTree = ReadTree(LARDER_SOURCE_DIR);
  return kTree;
}

std::string Joined(const Problems& problems) {
  std::string all;
  for (const std::string& problem : problems) all += problem + "\n";
  return all;
}

TEST(LayoutTest, ReadsTheTree) {
  EXPECT_TRUE(ThisTree().contains("CMakeLists.txt"));
  EXPECT_TRUE(ThisTree().contains("core/include/larder/error.h"));
}

TEST(LayoutTest, IncludesFollowTheArrows) { EXPECT_EQ(Joined(WrongArrows(ThisTree())), ""); }

TEST(LayoutTest, ThirdPartyHeadersStayInTheirFolders) { EXPECT_EQ(Joined(StrayThirdParty(ThisTree())), ""); }

TEST(LayoutTest, EverySourceAndTestIsBuilt) { EXPECT_EQ(Joined(Unbuilt(ThisTree())), ""); }

TEST(LayoutTest, FilesOfATargetShareNoNames) { EXPECT_EQ(Joined(SharedNames(ThisTree())), ""); }

TEST(LayoutTest, SourcesAreShort) { EXPECT_EQ(Joined(LongSources(ThisTree())), ""); }

TEST(LayoutTest, NothingUnfinishedOrPrivateIsLeft) { EXPECT_EQ(Joined(BannedWords(ThisTree())), ""); }

TEST(LayoutTest, FilesAreNamedAsTheHouseDoes) { EXPECT_EQ(Joined(WrongNames(ThisTree())), ""); }

TEST(LayoutTest, PublicHeadersAreSeenInASharedBuild) { EXPECT_EQ(Joined(HiddenHeaders(ThisTree())), ""); }

TEST(LayoutTest, LinksOfPagesLeadSomewhere) { EXPECT_EQ(Joined(DeadLinks(ThisTree())), ""); }

TEST(LayoutTest, PagesNameWhatIsThere) { EXPECT_EQ(Joined(DeadNames(ThisTree())), ""); }

TEST(LayoutTest, CoroutinesAreWhatThisCompilerGetsRight) { EXPECT_EQ(Joined(RiskyCoroutines(ThisTree())), ""); }

}  // namespace
}  // namespace larder::layout
