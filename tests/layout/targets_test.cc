#include "layout/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::layout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TargetsTest, FindsNothingWhereAllIsNamed) {
  EXPECT_THAT(Unbuilt({
                  {"CMakeLists.txt", "add_subdirectory(core)\nadd_subdirectory(tests/fuzz)\n"},
                  {"core/CMakeLists.txt", "add_subdirectory(model)\ntarget_sources(x PRIVATE cache/cache.cc)\n"},
                  {"core/model/CMakeLists.txt", "target_sources(x PRIVATE\n  digest.cc\n  time.cc)\n"},
                  {"core/model/digest.cc", ""},
                  {"core/model/time.cc", ""},
                  {"core/model/time.h", ""},
                  {"core/cache/cache.cc", ""},
                  {"tests/fuzz/CMakeLists.txt", "add_executable(f \"${PROJECT_SOURCE_DIR}/tests/fuzz/ref_fuzz.cc\")\n"},
                  {"tests/fuzz/ref_fuzz.cc", ""},
              }),
              IsEmpty());
}

TEST(TargetsTest, FindsSourcesAndTestsThatNobodyNames) {
  EXPECT_THAT(Unbuilt({
                  {"CMakeLists.txt", "add_subdirectory(core)\nadd_subdirectory(tests)\n"},
                  {"core/CMakeLists.txt", "target_sources(x PRIVATE other_time.cc)  # time.cc was here\n"},
                  {"core/time.cc", ""},
                  {"tests/CMakeLists.txt", "larder_test(x SOURCES time_test.cc)\n"},
                  {"tests/model/digest_test.cc", ""},
                  {"tests/time_test.cc", ""},
              }),
              ElementsAre("core/time.cc:1: a source that no CMakeLists.txt names",
                          "tests/model/digest_test.cc:1: a test that no target runs"));
}

TEST(TargetsTest, FindsFoldersThatNobodyAdds) {
  EXPECT_THAT(Unbuilt({{"CMakeLists.txt", "add_subdirectory(core)\n"},
                       {"core/CMakeLists.txt", ""},
                       {"core/model/CMakeLists.txt", ""}}),
              ElementsAre("core/model/CMakeLists.txt:1: a folder that no CMakeLists.txt above adds"));
}

}  // namespace
}  // namespace larder::layout
