#include "larder/image_source.h"

#include <gtest/gtest.h>

#include <fstream>

#include "larder/image_creds.h"
#include "support/temp_dir.h"

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
