#include "larder/image_creds.h"

#include <gmock/gmock.h>

namespace larder {
namespace {

using ::testing::ElementsAre;

Credentials Only(std::string_view host, std::string user) {
  Credential credential;
  credential.username = std::move(user);
  Credentials credentials;
  credentials.Add(host, std::move(credential));
  return credentials;
}

ImageName Name(std::string_view text) { return *ImageName::Parse(text); }

TEST(ImageCredsTest, DefaultsLieBeneathWhatAnImageBrings) {
  ImageCreds images;
  images[Name("quay.io/a/b")] = Only("quay.io", "own");
  images[Name("ghcr.io/a/b")] = Credentials();
  Credentials defaults = Only("quay.io", "default");
  defaults.Merge(Only("ghcr.io", "default"));
  images = ImageCredsWithDefaults(std::move(images), defaults);
  EXPECT_EQ(images[Name("quay.io/a/b")].For(Name("quay.io/a/b"))->username, "own");
  EXPECT_EQ(images[Name("ghcr.io/a/b")].For(Name("ghcr.io/a/b"))->username, "default");
  EXPECT_THAT(images[Name("quay.io/a/b")].Hosts(), ElementsAre("ghcr.io", "quay.io"));
}

// Within one source the longest path counts, between two the image's own.
TEST(ImageCredsTest, ADefaultUnderALongerPathDoesNotBeatWhatAnImageBrings) {
  ImageCreds images;
  images[Name("quay.io/team/app")] = Only("quay.io", "own");
  images[Name("quay.io/team/other")] = Only("ghcr.io", "own");
  images[Name("alpine")] = Only("docker.io", "own");
  Credentials defaults = Only("quay.io/team", "default");
  defaults.Merge(Only("quay.io/team/app", "longer"));
  defaults.Merge(Only("docker.io/library", "default"));
  images = ImageCredsWithDefaults(std::move(images), defaults);
  EXPECT_EQ(images[Name("quay.io/team/app")].For(Name("quay.io/team/app"))->username, "own");
  EXPECT_EQ(images[Name("quay.io/team/other")].For(Name("quay.io/team/other"))->username, "default");
  EXPECT_EQ(images[Name("alpine")].For(Name("alpine"))->username, "own");
}

TEST(ImageFilterTest, ExcludesBeforeItIncludes) {
  ImageFilter filter;
  EXPECT_TRUE(filter.Includes(Name("alpine")));
  EXPECT_FALSE(filter.Includes(Name("k8s.gcr.io/pause")));
  filter.include = {"index.docker.io/library/*", "quay.io/team/*"};
  filter.exclude = {"*/secret*"};
  EXPECT_TRUE(filter.Includes(Name("alpine"))) << "by its canonical name";
  EXPECT_TRUE(filter.Includes(Name("quay.io/team/app")));
  EXPECT_FALSE(filter.Includes(Name("quay.io/team/secret-app")));
  EXPECT_FALSE(filter.Includes(Name("ghcr.io/team/app")));
  filter.include = {"alpine"};
  EXPECT_TRUE(filter.Includes(Name("alpine"))) << "and by the name as written";
}

TEST(ImageFilterTest, DropsWhatIsLeftOut) {
  ImageCreds images;
  images[Name("k8s.gcr.io/pause")] = Credentials();
  images[Name("alpine")] = Credentials();
  EXPECT_EQ(Filtered(std::move(images), ImageFilter()).size(), 1u);
}

}  // namespace
}  // namespace larder
