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
  const auto nowhere = larder({"refresh", "alpine", "--host-connect", "alpine.example=nowhere"});
  EXPECT_EQ(nowhere.exit, Exit::usage);
  EXPECT_THAT(nowhere.err, HasSubstr("ADDRESS:PORT"));
  EXPECT_EQ(larder({"refresh", "alpine", "--host-cert", "alpine.example=/no/such.pem"}).exit, Exit::usage);
  EXPECT_EQ(larder({"refresh", "alpine", "--ecr-region", "not a region"}).exit, Exit::usage);
}

// Nobody's cloud: neither a region nor keys.
TEST(RefreshCommand, WhatIsRequiredAndCannotBeAskedEndsItAtTheStart) {
  Terminal larder;
  const testing::RefusingPort closed;
  larder.console.environment = {
      {"AWS_EC2_METADATA_DISABLED", "true"},
      {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:" + std::to_string(closed.port())},
      {"HOME", larder.path()}};
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"refresh", "127.0.0.1:1/a/b", "--require", "ecr"},
                                             {"get", "--fetch", "127.0.0.1:1/a/b:c", "--require", "ecr"}}) {
    const auto ran = larder(arguments);
    EXPECT_EQ(ran.exit, Exit::no_answer) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("--require ecr")) << arguments[0];
  }
  const auto looked = larder({"doctor", "--require", "ecr"});
  EXPECT_EQ(looked.exit, Exit::no);
  EXPECT_THAT(looked.out, HasSubstr("bad      ecr"));
}

}  // namespace
}  // namespace larder::tool
