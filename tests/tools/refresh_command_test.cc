// The refresh command against a registry that is not there and one that a script plays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/free_port.h"
#include "terminal.h"

namespace larder::tool {
namespace {

using ::testing::HasSubstr;

TEST(RefreshCommand, ARegistryThatIsNotThereIsExitThree) {
  Terminal larder;
  const auto ran = larder({"refresh", "127.0.0.1:" + std::to_string(testing::FreePort()) + "/a/b"});
  EXPECT_EQ(ran.exit, Exit::no_answer);
  EXPECT_THAT(ran.err, HasSubstr("127.0.0.1"));
}

TEST(RefreshCommand, ABadRefAsksNobody) {
  Terminal larder;
  const auto ran = larder({"refresh", "alpine", "UPPER/case"});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_EQ(ran.out, "");
}

TEST(RefreshCommand, ADockerConfigThatIsNotThereIsAnErrorThatNamesIt) {
  Terminal larder;
  const auto ran = larder({"refresh", "127.0.0.1:1/a/b", "--docker-config", "/no/such/config.json"});
  EXPECT_NE(ran.exit, Exit::yes);
  EXPECT_THAT(ran.err, HasSubstr("/no/such/config.json"));
}

TEST(RefreshCommand, BadOptionsSayWhatTheyTake) {
  Terminal larder;
  EXPECT_EQ(larder({"refresh", "alpine", "--platform", "linux/amd64/v1/x"}).exit, Exit::usage);
  EXPECT_EQ(larder({"refresh", "alpine", "--rps", "0"}).exit, Exit::usage);
  const auto ran = larder({"refresh", "alpine", "--host-ca", "nofile"});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_THAT(ran.err, HasSubstr("HOST=FILE"));
}

}  // namespace
}  // namespace larder::tool
