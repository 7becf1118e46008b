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
