#include "registry/schema1_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "registry/manifest_document.h"

namespace larder {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSignedSchema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string Schema1(const std::string& v1) {
  return R"({"schemaVersion":1,"architecture":"amd64","fsLayers":[],"history":[{"v1Compatibility":")" + Escaped(v1) +
         R"("},{"v1Compatibility":"not even JSON"}]})";
}

TEST(Schema1Document, TheNewestHistoryEntryIsTheImage) {
  const auto document = ReadManifest(
      kSignedSchema1, Schema1(R"({"id":"0a1b","created":"2016-01-02T03:04:05.678Z","os":"linux","architecture":"arm",)"
                              R"("config":{"Labels":{"a":"run"}},"container_config":{"Labels":{"a":"build"}}})"));
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_EQ(document->facts.image_id, "0a1b");
  EXPECT_EQ(FormatTimestamp(document->facts.created), "2016-01-02T03:04:05.678Z");
  EXPECT_EQ(document->facts.platform.ToString(), "linux/arm");
  EXPECT_EQ(document->facts.labels, (Labels{{"a", "run"}}));
  EXPECT_FALSE(document->NeedsConfig());
}

TEST(Schema1Document, WithoutConfigLabelsTheBuildContainersCount) {
  const auto document = ReadManifest(
      kSignedSchema1, Schema1(R"({"id":"","config":{"Labels":null},"container_config":{"Labels":{"a":"build"}}})"));
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->facts.labels, (Labels{{"a", "build"}}));
  EXPECT_EQ(document->facts.platform.architecture, "amd64");
}

TEST(Schema1Document, AnIdThatIsNoneIsAWarning) {
  const auto document = ReadManifest(kSignedSchema1, Schema1(R"({"id":"../x","os":"linux"})"));
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->facts.image_id, "");
  EXPECT_EQ(document->facts.warnings.size(), 1u);
}

TEST(Schema1Document, AnUnreadableImageIsAnErrorNotAnEmptyImage) {
  for (const std::string v1 : {"", "{", "[]", "{}", R"({"created":"soon","id":"ab"})", R"({"created":5,"id":"ab"})"}) {
    const auto document = ReadManifest(kSignedSchema1, Schema1(v1));
    ASSERT_FALSE(document.has_value()) << v1;
    EXPECT_EQ(document.error().code, Errc::corruption);
    EXPECT_THAT(document.error().message, HasSubstr("v1Compatibility"));
  }
}

TEST(Schema1Document, ABrokenSignatureIsCorruption) {
  // {"formatLength":99999} and {"formatLength":1,"formatTail":"*"} as base64url
  for (const std::string header :
       {"", "%%", "e30", "eyJmb3JtYXRMZW5ndGgiOjk5OTk5fQ", "eyJmb3JtYXRMZW5ndGgiOjEsImZvcm1hdFRhaWwiOiIqIn0"}) {
    std::string body = Schema1(R"({"id":"ab"})");
    body.insert(1, R"("signatures":[{"protected":")" + header + "\"}],");
    const auto document = ReadManifest(kSignedSchema1, body);
    ASSERT_FALSE(document.has_value()) << header;
    EXPECT_EQ(document.error().code, Errc::corruption);
    EXPECT_THAT(document.error().message, HasSubstr("signature"));
  }
}

}  // namespace
}  // namespace larder
