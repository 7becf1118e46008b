#include "larder/image_source.h"

#include <gtest/gtest.h>

#include <fstream>

#include "larder/image_creds.h"
#include "support/temp_dir.h"
#include "world.h"

namespace larder {
namespace {

TEST(ImageSource, AListIsOneRefALineWithComments) {
  const auto images =
      ParseImageList("list", "alpine:3.19 # base\n\n  ghcr.io/a/b\r\n# nothing\nquay.io/c/d:v1").value();
  ASSERT_EQ(images.size(), 3U);
  EXPECT_EQ(images[0].ref.ToString(), "alpine:3.19");
  EXPECT_EQ(images[1].ref.ToString(), "ghcr.io/a/b");
  EXPECT_EQ(images[2].ref.ToString(), "quay.io/c/d:v1");
}

TEST(ImageSource, AnErrorNamesTheLine) {
  const auto images = ParseImageList("images.txt", "alpine\n/bad/\n");
  ASSERT_FALSE(images.has_value());
  EXPECT_EQ(images.error().code, Errc::invalid_argument);
  EXPECT_NE(images.error().message.find("images.txt:2"), std::string::npos) << images.error().message;
}

TEST(ImageSource, AFileIsReadAgainEachTime) {
  const testing::TempDir dir;
  const auto path = (dir.path() / "images").string();
  auto source = MakeFileSource(path);
  EXPECT_EQ(source->Images().error().code, Errc::unavailable);
  std::ofstream(path) << "alpine\n";
  EXPECT_EQ(source->Images().value().size(), 1U);
  std::ofstream(path) << "alpine\nbusybox\n";
  EXPECT_EQ(source->Images().value().size(), 2U);
}

// A list is what it was; a file and a callback are asked again every minute.
TEST(ImageSource, WhatASourceSaysIsWhatIsRefreshed) {
  const testing::TempDir dir;
  const auto path = (dir.path() / "images").string();
  std::string in_use;
  const auto use = [&](const std::string& image) {
    in_use = image;
    std::ofstream(path) << image << '\n';
  };
  use("alpine");
  const std::pair<const char*, std::shared_ptr<ImageSource>> sources[] = {
      {"list", MakeListSource(ParseImageList("list", "alpine").value())},
      {"file", MakeFileSource(path)},
      {"callback", MakeCallbackSource([&in_use] { return ParseImageList("callback", in_use); })}};
  for (const auto& [kind, source] : sources) {
    refresh::World world;
    for (const char* name : {"alpine", "busybox"}) {
      world.registry.SetTag(name, "v1", testing::FakeImage(1, world.DaysAgo(3)));
    }
    use("alpine");
    world.Boot();
    world.engine->Start(source);
    world.timers.RunReady();
    EXPECT_EQ(world.Metadata("alpine").completeness, Completeness::complete) << kind;
    EXPECT_EQ(world.Metadata("busybox").completeness, Completeness::never_fetched) << kind;
    use("busybox");
    world.timers.Advance(std::chrono::seconds(61));
    const bool changes = std::string(kind) != "list";
    EXPECT_EQ(world.Metadata("busybox").completeness == Completeness::complete, changes) << kind;
    world.registry.ClearCounts();
    world.timers.Advance(std::chrono::hours(3));
    EXPECT_GE(world.registry.calls().size(), 30U) << kind;
    for (const auto& call : world.registry.calls()) {
      EXPECT_EQ(call.repository, changes ? "index.docker.io/library/busybox" : "index.docker.io/library/alpine");
    }
  }
}

TEST(ImageSource, AFilterIsAskedEachTime) {
  ImageFilter filter;
  auto images = ParseImageList("list", "alpine\nk8s.gcr.io/pause\nquay.io/c/d").value();
  const auto source = MakeFilteredSource(MakeListSource(std::move(images)),
                                         [&filter](const ImageName& name) { return filter.Includes(name); });
  EXPECT_EQ(source->Images().value().size(), 2U);
  filter.include = {"quay.io/*"};
  ASSERT_EQ(source->Images().value().size(), 1U);
  EXPECT_EQ(source->Images().value()[0].ref.ToString(), "quay.io/c/d");
}

}  // namespace
}  // namespace larder
