// The commands that look into a store, on one that another process refreshes into at this moment.
#include <gmock/gmock.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "integration/command.h"
#include "integration/stack.h"

namespace larder::testing {
namespace {

using ::testing::HasSubstr;

class LiveStore : public RegistryTest, public ::testing::WithParamInterface<const char*> {};

// Looks as often as they can until the refresher ends: each answer is whole, and none disturbs it.
TEST_P(LiveStore, IsReadWhileAnotherProcessRefreshesIntoIt) {
  constexpr int kTags = 300;
  Serve();
  Put(samples::MakeUniformRepository("live/fill", kTags, 4));
  const std::string repository = Directly("live/fill");
  LarderCommand command;
  const std::string store = std::string(GetParam()) + (command.home() / "live").string();
  auto refresher = command.Start({"refresh", "--store", store, "--rps", "150", "--burst", "10", repository});
  ASSERT_TRUE(refresher.has_value()) << refresher.error().ToString();

  const auto dumped = [&] { return command.Run({"dump", "--store", store, "--format", "ndjson", "--kind", "image"}); };
  ASSERT_TRUE(Eventually([&] { return dumped().output.find("\"Kind\":\"image\"") != std::string::npos; }));
  int looks = 0;
  std::size_t images = 0;
  while (refresher->Alive() && looks < 50) {
    const auto dump = dumped();
    EXPECT_EQ(dump.status, 0) << dump.output;
    std::istringstream lines(dump.output);
    std::size_t seen = 0;
    for (std::string line; std::getline(lines, line); ++seen) {
      const auto json = nlohmann::json::parse(line, nullptr, false);
      ASSERT_FALSE(json.is_discarded()) << line;
      EXPECT_THAT(json["ID"].get<std::string>(), HasSubstr("live/fill:v0."));
    }
    EXPECT_GE(seen, images) << "what was there is there";
    images = seen;
    const auto stats = command.Run({"stats", "--store", store, "--json"});
    EXPECT_EQ(stats.status, 0) << stats.output;
    EXPECT_EQ(nlohmann::json::parse(stats.output, nullptr, false)["Broken"], 0);
    const auto inspected = command.Run({"inspect", "--store", store, repository});
    EXPECT_THAT(inspected.status, ::testing::AnyOf(0, 1)) << inspected.output;
    if (inspected.status == 0) {
      EXPECT_THAT(inspected.output, HasSubstr("checksum"));
    }
    ++looks;
  }
  EXPECT_GT(looks, 0);
  ASSERT_TRUE(refresher->WaitForEnd(std::chrono::minutes(1)));
  EXPECT_EQ(refresher->status(), 0) << refresher->ReadOutput();
  EXPECT_THAT(refresher->ReadOutput(), HasSubstr("complete, " + std::to_string(kTags) + " tags"));
  const std::string end = dumped().output;
  EXPECT_EQ(std::count(end.begin(), end.end(), '\n'), kTags);
}

INSTANTIATE_TEST_SUITE_P(Engines, LiveStore, ::testing::Values("lmdb:", "rocksdb:"),
                         [](const auto& engine) { return std::string(engine.param, std::strlen(engine.param) - 1); });

}  // namespace
}  // namespace larder::testing
