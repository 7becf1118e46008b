#include "larder/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "larder/image_ref.h"
#include "larder/platform_choice.h"
#include "larder/sample_builder.h"
#include "registry/config_document.h"
#include "registry/digest_of.h"
#include "registry/manifest_document.h"

namespace larder::samples {
namespace {

const SampleRepository& Named(const std::vector<SampleRepository>& repositories, const std::string& name) {
  for (const SampleRepository& repository : repositories) {
    if (repository.name == name) return repository;
  }
  ADD_FAILURE() << "no " << name;
  return repositories.front();
}

ManifestDocument Read(const SampleRepository& repository, const Digest& digest) {
  const SampleBlob& blob = repository.blobs.at(digest);
  auto document = ReadManifest(blob.media_type, blob.bytes);
  EXPECT_TRUE(document.has_value()) << document.error().message << "\n" << blob.bytes;
  return document.has_value() ? *document : ManifestDocument();
}

// Every document is what its digest and media type say, and everything that it points at is there.
void ExpectWhole(const SampleRepository& repository) {
  ASSERT_TRUE(ImageName::Parse("registry.example.com/" + repository.name).has_value());
  std::set<std::string> tags;
  for (const SampleTag& tag : repository.tags) {
    EXPECT_TRUE(IsValidTag(tag.tag)) << tag.tag;
    EXPECT_TRUE(tags.insert(tag.tag).second) << "twice: " << tag.tag;
    EXPECT_TRUE(repository.blobs.at(tag.digest).is_manifest);
  }
  std::set<Digest> earlier;
  for (const Digest& digest : repository.manifests) {
    const ManifestDocument document = Read(repository, digest);
    EXPECT_EQ(document.facts.digest, digest);
    for (const ChildManifest& child : document.children) EXPECT_EQ(earlier.count(child.digest), 1u);
    if (document.NeedsConfig()) {
      ASSERT_EQ(repository.blobs.count(document.config), 1u);
      EXPECT_EQ(repository.blobs.at(document.config).bytes.size(), document.config_size);
    }
    earlier.insert(digest);
  }
  for (const auto& [digest, blob] : repository.blobs) {
    EXPECT_EQ(ComputeDigest(DigestAlgorithm::sha256, blob.bytes), digest);
    EXPECT_EQ(blob.is_manifest, earlier.count(digest) == 1);
  }
}

TEST(OfficialLike, HasTheNumbersOfTheOfficialImages) {
  const auto repositories = MakeOfficialLike(7);
  EXPECT_EQ(repositories.size(), 137u);
  std::size_t tags = 0, images = 0, largest = 0, most_platforms = 0, least_platforms = 99;
  std::set<std::string> names;
  for (const SampleRepository& repository : repositories) {
    EXPECT_TRUE(names.insert(repository.name).second);
    tags += repository.tags.size();
    largest = std::max(largest, repository.tags.size());
    std::set<Digest> targets;
    for (const SampleTag& tag : repository.tags) targets.insert(tag.digest);
    images += targets.size();
    for (const Digest& target : targets) {
      std::size_t platforms = 0;
      const ManifestDocument document = Read(repository, target);
      for (const ChildManifest& child : document.children) platforms += child.is_attestation ? 0 : 1;
      platforms = document.facts.IsIndex() ? platforms : 1;
      most_platforms = std::max(most_platforms, platforms);
      least_platforms = std::min(least_platforms, platforms);
    }
  }
  EXPECT_EQ(tags, 9849u);
  EXPECT_EQ(images, 2220u);
  EXPECT_EQ(largest, 1120u);
  EXPECT_EQ(least_platforms, 1u);
  EXPECT_EQ(most_platforms, 12u);
}

TEST(OfficialLike, IsWholeAndTheSameForASeed) {
  const auto repositories = MakeOfficialLike(3, 0.05);
  EXPECT_EQ(repositories.size(), 7u);
  for (const SampleRepository& repository : repositories) ExpectWhole(repository);
  const auto again = MakeOfficialLike(3, 0.05);
  const auto other = MakeOfficialLike(4, 0.05);
  for (std::size_t i = 0; i < repositories.size(); ++i) {
    EXPECT_EQ(repositories[i].manifests, again[i].manifests);
    EXPECT_NE(repositories[i].manifests, other[i].manifests);
  }
}

TEST(OfficialLike, ASampleOfItsBytesStaysAsItIs) {
  // What benchmarks measured yesterday they must find today.
  const auto repositories = MakeOfficialLike(1, 0.01);
  ASSERT_EQ(repositories.size(), 1u);
  EXPECT_EQ(repositories[0].name, "library/amber-anvil");
  EXPECT_EQ(repositories[0].tags.front().digest.ToString(),
            "sha256:ccb82d3df64565184772569cdb162cca214ec1a6fc28d14925e5f178483a456d");
}

TEST(Demo, IsWholeButForWhatIsBroken) {
  const auto repositories = MakeDemoRepositories();
  EXPECT_EQ(repositories.size(), 12u);
  for (const SampleRepository& repository : repositories) {
    SCOPED_TRACE(repository.name);
    if (repository.name != "demo/broken") ExpectWhole(repository);
  }
}

TEST(Demo, BrokenTagsAreBrokenEachInItsWay) {
  const auto repositories = MakeDemoRepositories();
  const SampleRepository& broken = Named(repositories, "demo/broken");
  std::map<std::string, bool> good;
  for (const SampleTag& tag : broken.tags) {
    const ManifestDocument document = Read(broken, tag.digest);
    ManifestFacts facts;
    const auto config = broken.blobs.find(document.config);
    good[tag.tag] = config != broken.blobs.end() && ReadConfig(config->second.bytes, facts).has_value();
  }
  EXPECT_EQ(good, (std::map<std::string, bool>{{"good", true},
                                               {"good-too", true},
                                               {"config-missing", false},
                                               {"config-not-json", false},
                                               {"config-created-bad", false}}));
}

TEST(Demo, OtherKindsAreWhatTheyAreNamed) {
  const auto repositories = MakeDemoRepositories();
  const SampleRepository& charts = Named(repositories, "demo/charts");
  EXPECT_EQ(Read(charts, charts.tags[0].digest).facts.kind, ManifestKind::artifact);
  const SampleRepository& windows = Named(repositories, "demo/windows");
  EXPECT_EQ(ChooseChild(Read(windows, windows.tags[0].digest).children, DefaultPlatforms()).excluded_reason,
            "no image for linux/amd64; it has windows/amd64");
  const SampleRepository& nested = Named(repositories, "demo/nested");
  const auto choice = ChooseChild(Read(nested, nested.tags[0].digest).children, DefaultPlatforms());
  ASSERT_EQ(choice.candidates.size(), 1u);
  EXPECT_TRUE(choice.candidates[0].is_index);
}

TEST(Uniform, SharesImagesAmongNeighbours) {
  const SampleRepository repository = MakeUniformRepository("a/b", 10, 4, 3);
  ExpectWhole(repository);
  ASSERT_EQ(repository.tags.size(), 10u);
  EXPECT_EQ(repository.tags[0].tag, "v0.0.0");
  EXPECT_EQ(repository.tags[0].digest, repository.tags[3].digest);
  EXPECT_NE(repository.tags[3].digest, repository.tags[4].digest);
  EXPECT_EQ(Read(repository, repository.tags[0].digest).children.size(), 3u);
  EXPECT_FALSE(Read(MakeUniformRepository("a", 1), MakeUniformRepository("a", 1).tags[0].digest).facts.IsIndex());
}

}  // namespace
}  // namespace larder::samples
