#include <gmock/gmock.h>

#include <string>

#include "larder/image_info.h"

namespace larder {
namespace {

using ::testing::HasSubstr;

const std::string kInfoDigest = "sha256:" + std::string(64, 'd');

ImageInfo FullInfo() {
  ImageInfo info;
  info.id = *ImageRef::Parse("docker.io/fluxcd/flux:1.0.0");
  info.digest = *Digest::Parse(kInfoDigest);
  info.image_id = "sha256:layer";
  info.label_times.build_date = *ParseTimestamp("2019-09-02T12:56:18.82477Z");
  info.label_times.created = *ParseTimestamp("2020-01-01T00:00:00Z");
  info.created_at = *ParseTimestamp("2021-09-23T23:47:57.442225064Z");
  info.last_fetched = Time(std::chrono::milliseconds(1'700'000'000'120));
  return info;
}

TEST(ImageInfoJsonTest, IsWrittenAsFluxWritesIt) {
  EXPECT_EQ(ToJson(FullInfo()),
            R"({"ID":"docker.io/fluxcd/flux:1.0.0","Digest":")" + kInfoDigest +
                R"(","ImageID":"sha256:layer","Labels":{)"
                R"("org.label-schema.build-date":"2019-09-02T12:56:18.82477Z",)"
                R"("org.opencontainers.image.created":"2020-01-01T00:00:00Z"},)"
                R"("CreatedAt":"2021-09-23T23:47:57.442225064Z","LastFetched":"2023-11-14T22:13:20.12Z"})");
}

TEST(ImageInfoJsonTest, ZeroTimesAndEmptyTextsAreLeftOut) {
  ImageInfo info;
  info.id = *ImageRef::Parse("alpine:a123");
  EXPECT_EQ(ToJson(info), R"({"ID":"alpine:a123","Labels":{}})");
}

TEST(ImageInfoJsonTest, ComesBackExactlyToTheNanosecond) {
  const auto info = ParseImageInfoJson(ToJson(FullInfo()));
  ASSERT_TRUE(info.has_value()) << info.error().message;
  EXPECT_EQ(*info, FullInfo());
  EXPECT_EQ(*ParseImageInfoJson(ToJson(ImageInfo())), ImageInfo());
}

TEST(ImageInfoJsonTest, WhatFluxWroteIsRead) {
  // LastFetched in nanoseconds, members in another order, a member we do not know, and null.
  const auto info = ParseImageInfoJson(
      R"({"LastFetched":"2023-11-14T22:13:20.120999999Z","Later":[1,{}],"ID":"quay.io/a/b:c","Digest":null,)"
      R"("Labels":{"org.opencontainers.image.created":"2020-01-01T02:00:00+02:00","other":5}})");
  ASSERT_TRUE(info.has_value()) << info.error().message;
  EXPECT_EQ(info->id.ToString(), "quay.io/a/b:c");
  EXPECT_EQ(FormatTime(info->last_fetched), "2023-11-14T22:13:20.120Z");
  EXPECT_EQ(FormatTimestamp(info->label_times.created), "2020-01-01T00:00:00Z");
  EXPECT_TRUE(info->label_times.build_date.IsNone());
  EXPECT_TRUE(info->digest.empty());
}

TEST(ImageInfoJsonTest, TextThatIsNoUtf8IsWrittenReplaced) {
  ImageInfo info;
  info.image_id = "\xff\xfe";
  EXPECT_EQ(ToJson(info), "{\"ID\":\"\",\"ImageID\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"Labels\":{}}");
}

struct RefusedJson {
  const char* json;
  const char* why;
};

TEST(ImageInfoJsonTest, WhatIsWrongIsRefusedWithTheMembersName) {
  const RefusedJson cases[] = {
      {"", "not valid JSON"},
      {"{", "not valid JSON"},
      {"{} trailing", "not valid JSON"},
      {"[]", "not an object"},
      {"null", "not an object"},
      {R"({"ID":"a:"})", "ID: "},
      {R"({"ID":5})", "ID is not a text"},
      {R"({"Digest":"sha256:digest"})", "Digest: "},
      {R"({"ImageID":{}})", "ImageID is not a text"},
      {R"({"CreatedAt":"20190523"})", "CreatedAt: "},
      {R"({"LastFetched":"soon"})", "LastFetched: "},
      {R"({"Labels":[]})", "Labels is not an object"},
      {R"({"Labels":{"org.label-schema.build-date":"20190523"}})", "org.label-schema.build-date: "},
  };
  for (const RefusedJson& c : cases) {
    const auto info = ParseImageInfoJson(c.json);
    ASSERT_FALSE(info.has_value()) << c.json;
    EXPECT_EQ(info.error().code, Errc::invalid_argument) << c.json;
    EXPECT_THAT(info.error().message, HasSubstr(c.why));
    EXPECT_FALSE(ParseImageEntryJson(c.json).has_value()) << c.json;
  }
}

TEST(ImageInfoJsonTest, DeepNestingIsReadWithoutHarm) {
  const std::string deep = R"({"x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_TRUE(ParseImageInfoJson(deep).has_value());
}

TEST(ImageEntryJsonTest, IsEitherTheInfoOrTheReason) {
  ImageEntry entry;
  entry.info = FullInfo();
  EXPECT_EQ(ToJson(entry), ToJson(entry.info));
  EXPECT_EQ(*ParseImageEntryJson(ToJson(entry)), entry);

  entry.excluded_reason = "just \"because\"";
  EXPECT_EQ(ToJson(entry), R"({"ExcludedReason":"just \"because\""})");
  const auto excluded = ParseImageEntryJson(ToJson(entry));
  ASSERT_TRUE(excluded.has_value());
  EXPECT_EQ(excluded->excluded_reason, entry.excluded_reason);
  EXPECT_EQ(excluded->info, ImageInfo());
}

}  // namespace
}  // namespace larder
