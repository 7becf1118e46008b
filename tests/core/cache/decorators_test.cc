#include <gtest/gtest.h>

#include "larder/instrumented_registry.h"
#include "larder/label_timestamps.h"
#include "stored.h"

namespace larder {
namespace {

// Answers every question with the same image.
class OneImage final : public Registry {
 public:
  Result<RepositoryMetadata> GetImageRepositoryMetadata(const ImageName& name) override {
    RepositoryMetadata metadata;
    metadata.name = name;
    metadata.images["v1"] = info;
    return metadata;
  }
  Result<ImageInfo> GetImage(const ImageRef& ref) override {
    if (ref.tag() == "gone") return Miss();
    return info;
  }
  ImageInfo info;
};

TEST(DisabledRegistry, SaysWhyItDoesNotAnswer) {
  DisabledRegistry registry;
  EXPECT_EQ(registry.GetImage(Ref("alpine:3")).error().code, Errc::unsupported);
  EXPECT_NE(registry.GetImage(Ref("alpine:3")).error().message.find("disabled"), std::string::npos);
  EXPECT_EQ(registry.GetImageRepositoryMetadata(ImageName::Parse("alpine").value()).error().code, Errc::unsupported);
}

TEST(LabelTimestamps, ReplaceCreatedForNamesThatMatch) {
  OneImage one;
  one.info.created_at = ParseTimestamp("1970-01-01T00:00:00Z").value();
  one.info.label_times.build_date = ParseTimestamp("2020-01-01T00:00:00Z").value();
  LabelTimestampRegistry registry(one, {"quay.io/*"});
  EXPECT_EQ(registry.GetImage(Ref("quay.io/a/b:v1"))->created_at, one.info.label_times.build_date);
  EXPECT_EQ(registry.GetImage(Ref("ghcr.io/a/b:v1"))->created_at, one.info.created_at);
  one.info.label_times.created = ParseTimestamp("2021-01-01T00:00:00Z").value();
  EXPECT_EQ(registry.GetImage(Ref("quay.io/a/b:v1"))->created_at, one.info.label_times.created);
  const auto metadata = registry.GetImageRepositoryMetadata(ImageName::Parse("quay.io/a/b").value());
  EXPECT_EQ(metadata->images.at("v1").created_at, one.info.label_times.created);
}

TEST(LabelTimestamps, AnyGlobMayMatchTheCanonicalNameAndNothingElseChanges) {
  OneImage one;
  one.info.created_at = ParseTimestamp("1970-01-01T00:00:00Z").value();
  LabelTimes labels;
  labels.build_date = ParseTimestamp("2020-01-01T00:00:00Z").value();
  one.info.label_times = labels;
  LabelTimestampRegistry registry(one, {"index.docker.io/library/*", "ghcr.io/*/web-?", "quay.io/exact"});
  const std::pair<const char*, bool> cases[] = {{"alpine", true},
                                                {"docker.io/library/alpine", true},
                                                {"someone/alpine", false},
                                                {"ghcr.io/a/web-1", true},
                                                {"ghcr.io/a/b/web-2", true},
                                                {"ghcr.io/a/web-10", false},
                                                {"quay.io/exact", true},
                                                {"quay.io/exactly", false},
                                                {"other.io/library/alpine", false},
                                                {"localhost:5000/web-1", false}};
  for (const auto& [name, applies] : cases) {
    const auto parsed = ImageName::Parse(name);
    ASSERT_TRUE(parsed.has_value()) << name;
    const Timestamp expected = applies ? labels.build_date : one.info.created_at;
    EXPECT_EQ(registry.GetImage(Ref(std::string(name) + ":v1"))->created_at, expected) << name;
    EXPECT_EQ(registry.GetImageRepositoryMetadata(*parsed)->images.at("v1").created_at, expected) << name;
  }
  EXPECT_EQ(registry.GetImage(Ref("alpine:gone")).error().code, Errc::not_found);
  // Without such labels the image's own time stays; without globs nothing applies.
  one.info.label_times = LabelTimes();
  EXPECT_EQ(registry.GetImage(Ref("alpine:v1"))->created_at, one.info.created_at);
  one.info.label_times = labels;
  EXPECT_EQ(LabelTimestampRegistry(one, {}).GetImage(Ref("alpine:v1"))->created_at, one.info.created_at);
}

TEST(InstrumentedRegistry, TellsMethodAndSuccess) {
  OneImage one;
  std::vector<std::pair<std::string, bool>> calls;
  InstrumentedRegistry registry(one, [&](std::string_view method, bool success, std::chrono::nanoseconds took) {
    EXPECT_GE(took.count(), 0);
    calls.emplace_back(method, success);
  });
  static_cast<void>(registry.GetImage(Ref("alpine:3")));
  static_cast<void>(registry.GetImage(Ref("alpine:gone")));
  static_cast<void>(registry.GetImageRepositoryMetadata(ImageName::Parse("alpine").value()));
  const std::vector<std::pair<std::string, bool>> expected = {
      {"GetImage", true}, {"GetImage", false}, {"GetImageRepositoryMetadata", true}};
  EXPECT_EQ(calls, expected);
}

}  // namespace
}  // namespace larder
