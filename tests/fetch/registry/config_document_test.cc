#include "registry/config_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace larder {
namespace {

using ::testing::HasSubstr;

ManifestFacts FactsOf(const std::string& config) {
  ManifestFacts facts;
  const auto read = ReadConfig(config, facts);
  EXPECT_TRUE(read.has_value()) << config << ": " << read.error().message;
  return facts;
}

std::string WithLabels(const std::string& labels) { return R"({"os":"linux","config":{"Labels":)" + labels + "}}"; }

TEST(ConfigDocument, ReadsPlatformCreatedAndLabels) {
  const ManifestFacts facts = FactsOf(R"({"architecture":"arm64","os":"linux","variant":"v8",
      "created":"2024-02-03T04:05:06.123456789+02:00","config":{"Labels":{"maintainer":"me"}},
      "container_config":{"Labels":{"maintainer":"not me"}},"rootfs":{}})");
  EXPECT_EQ(facts.platform.ToString(), "linux/arm64/v8");
  EXPECT_EQ(FormatTimestamp(facts.created), "2024-02-03T02:05:06.123456789Z");
  EXPECT_EQ(facts.labels, (Labels{{"maintainer", "me"}}));
  EXPECT_FALSE(facts.labels_truncated);
  EXPECT_TRUE(facts.warnings.empty());
}

TEST(ConfigDocument, NoCreatedIsNone) {
  for (const std::string created :
       {R"(,"created":null)", R"(,"created":"")", "", R"(,"created":"0001-01-01T00:00:00Z")"}) {
    EXPECT_TRUE(FactsOf(R"({"os":"linux")" + created + "}").created.IsNone()) << created;
  }
}

TEST(ConfigDocument, BuildContainerLabelsAreTheFallback) {
  for (const std::string own : {"null", "{}", "[]"}) {
    const ManifestFacts facts =
        FactsOf(R"({"config":{"Labels":)" + own + R"(},"container_config":{"Labels":{"k":"v"}}})");
    EXPECT_EQ(facts.labels, (Labels{{"k", "v"}})) << own;
  }
}

TEST(ConfigDocument, WhatIsNoConfigIsCorruptionAndLeavesTheFactsAlone) {
  for (const std::string config : {"", "null", "[]", "{}", "{\"errors\":[]}", "<html>", R"({"os":null})",
                                   R"({"os":"linux","created":"today"})", R"({"os":"linux","created":12})"}) {
    ManifestFacts facts;
    facts.image_id = "kept";
    const ManifestFacts before = facts;
    const auto read = ReadConfig(config, facts);
    ASSERT_FALSE(read.has_value()) << config;
    EXPECT_EQ(read.error().code, Errc::corruption) << config;
    EXPECT_THAT(read.error().message, HasSubstr("config"));
    EXPECT_EQ(facts, before);
  }
}

TEST(ConfigDocument, LabelTimesAreReadLeniently) {
  const ManifestFacts facts = FactsOf(WithLabels(
      R"({"org.label-schema.build-date":"2020-07-22T12:11:33.547097","org.opencontainers.image.created":"2020-07-23 01:02:03Z"})"));
  EXPECT_EQ(FormatTimestamp(facts.label_times.build_date), "2020-07-22T12:11:33.547097Z");
  EXPECT_EQ(FormatTimestamp(facts.label_times.created), "2020-07-23T01:02:03Z");
}

TEST(ConfigDocument, ABadLabelTimeIsAWarningNeverALostImage) {
  const ManifestFacts facts = FactsOf(WithLabels(R"({"org.opencontainers.image.created":"${BUILD_DATE}"})"));
  EXPECT_TRUE(facts.label_times.created.IsNone());
  ASSERT_EQ(facts.warnings.size(), 1u);
  EXPECT_EQ(facts.warnings[0], "org.opencontainers.image.created is \"${BUILD_DATE}\", which is not a time");
  EXPECT_EQ(facts.labels.size(), 1u);
}

TEST(ConfigDocument, LabelsThatAreNoTextsAreLeftOutWithAWarning) {
  const ManifestFacts facts = FactsOf(WithLabels(R"({"a":1,"b":"2"})"));
  EXPECT_EQ(facts.labels, (Labels{{"b", "2"}}));
  EXPECT_EQ(facts.warnings, std::vector<std::string>{"label \"a\" is not a text"});
}

TEST(ConfigDocument, WarningsAreBounded) {
  std::string labels = "{";
  for (int i = 0; i < 100; ++i) labels += (i > 0 ? ",\"l" : "\"l") + std::to_string(i) + "\":0";
  EXPECT_EQ(FactsOf(WithLabels(labels + "}")).warnings.size(), 8u);
}

TEST(ConfigDocument, KeptLabelsAreBoundedWellKnownNamesFirst) {
  const std::string long_value(1500, 'x');
  const ManifestFacts facts =
      FactsOf(WithLabels(R"({"a":")" + long_value + R"(","b":"small","org.opencontainers.image.title":")" +
                         std::string(900, 't') + R"(","org.label-schema.name":"n"})"));
  EXPECT_TRUE(facts.labels_truncated);
  EXPECT_EQ(facts.labels.count("a"), 0u);
  EXPECT_EQ(facts.labels.count("b"), 1u);
  EXPECT_EQ(facts.labels.count("org.opencontainers.image.title"), 1u);
  EXPECT_EQ(facts.labels.count("org.label-schema.name"), 1u);
}

TEST(ConfigDocument, LabelsOfExactlyTheBoundAreKeptWhole) {
  const std::string value(kMaxLabelBytes - 1, 'x');
  const ManifestFacts facts = FactsOf(WithLabels(R"({"a":")" + value + "\"}"));
  EXPECT_FALSE(facts.labels_truncated);
  EXPECT_EQ(facts.labels.at("a").size(), value.size());
  EXPECT_TRUE(FactsOf(WithLabels(R"({"a":")" + value + "x\"}")).labels_truncated);
}

}  // namespace
}  // namespace larder
