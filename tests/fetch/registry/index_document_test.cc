#include "registry/index_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace larder {
namespace {

constexpr const char* kIndex = "application/vnd.oci.image.index.v1+json";

std::string DigestText(int n) {
  char text[80];
  std::snprintf(text, sizeof text, "sha256:%064x", static_cast<unsigned>(n));
  return text;
}

std::string Child(int n, const std::string& rest) { return R"({"digest":")" + DigestText(n) + "\"" + rest + "}"; }

std::string Platform3(const std::string& os, const std::string& arch) {
  return R"(,"platform":{"os":")" + os + R"(","architecture":")" + arch + "\"}";
}

ManifestDocument MustRead(const std::string& children) {
  auto document = ReadManifest(kIndex, R"({"schemaVersion":2,"manifests":[)" + children + "]}");
  EXPECT_TRUE(document.has_value()) << document.error().message;
  return document.has_value() ? *document : ManifestDocument();
}

TEST(IndexDocument, ChildrenAreSortedIntoImagesIndexesAttestationsAndArtifacts) {
  const ManifestDocument document = MustRead(
      Child(1, R"(,"mediaType":"application/vnd.oci.image.manifest.v1+json","size":12)" + Platform3("Linux", "AMD64")) +
      "," + Child(2, R"(,"mediaType":"application/vnd.oci.image.index.v1+json")") + "," +
      Child(3, Platform3("unknown", "unknown")) + "," +
      Child(4, R"(,"annotations":{"vnd.docker.reference.type":"attestation-manifest"})" + Platform3("linux", "arm64")) +
      "," + Child(5, R"(,"artifactType":"application/spdx+json")") + "," +
      Child(6, R"(,"mediaType":"application/badmedia+json")") + "," +
      Child(7, R"(,"artifactType":"application/vnd.oci.image.config.v1+json")"));
  ASSERT_EQ(document.children.size(), 7u);
  const auto& children = document.children;
  EXPECT_EQ(children[0].platform.ToString(), "linux/amd64");
  EXPECT_EQ(children[0].size, 12u);
  EXPECT_FALSE(children[0].is_index || children[0].is_attestation || children[0].is_artifact);
  EXPECT_TRUE(children[1].is_index);
  EXPECT_TRUE(children[2].is_attestation);
  EXPECT_TRUE(children[3].is_attestation);
  EXPECT_TRUE(children[4].is_artifact);
  EXPECT_TRUE(children[5].is_artifact);
  EXPECT_FALSE(children[6].is_artifact);
  EXPECT_TRUE(children[6].platform.empty());
  EXPECT_EQ(document.facts.children, children);
  EXPECT_EQ(document.facts.excluded_reason, "");
}

TEST(IndexDocument, ARepeatedChildCountsOnceAndOneDigestMayServeTwoPlatforms) {
  const ManifestDocument document =
      MustRead(Child(1, Platform3("linux", "amd64")) + "," + Child(1, Platform3("linux", "amd64")) + "," +
               Child(1, Platform3("linux", "386")));
  ASSERT_EQ(document.children.size(), 2u);
  EXPECT_EQ(document.children[1].platform.ToString(), "linux/386");
}

TEST(IndexDocument, AChildWithoutAUsableDigestIsLeftOutWithAWarning) {
  const ManifestDocument document =
      MustRead(R"({"digest":"blake3:abcd"},{"digest":7},{},3,)" + Child(1, Platform3("linux", "amd64")));
  EXPECT_EQ(document.children.size(), 1u);
  ASSERT_EQ(document.facts.warnings.size(), 1u);
  EXPECT_EQ(document.facts.warnings[0], "a child has the digest \"blake3:abcd\"");
}

TEST(IndexDocument, PlatformPartsThatNoPlatformMayHoldAreLeftOut) {
  const ManifestDocument document =
      MustRead(Child(1, Platform3("lin\\u0000ux", std::string(33, 'a'))) + "," + Child(2, Platform3("linux", "a/b")));
  EXPECT_TRUE(document.children[0].platform.empty());
  EXPECT_EQ(document.children[1].platform.os, "linux");
  EXPECT_EQ(document.children[1].platform.architecture, "");
}

TEST(IndexDocument, FactsKeepABoundedNumberOfChildrenImagesFirst) {
  std::string children;
  for (int n = 0; n < 100; ++n) {
    if (n > 0) children += ",";
    children += Child(n, n % 2 == 0 ? Platform3("unknown", "unknown") : Platform3("linux", "cpu" + std::to_string(n)));
  }
  const ManifestDocument document = MustRead(children);
  EXPECT_EQ(document.children.size(), 100u);
  EXPECT_EQ(document.facts.children.size(), kMaxChildren);
  EXPECT_TRUE(document.facts.more_children);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_FALSE(document.facts.children[i].is_attestation);
  EXPECT_TRUE(document.facts.children[50].is_attestation);
}

TEST(IndexDocument, AnEmptyIndexIsAnIndex) {
  const ManifestDocument document = MustRead("");
  EXPECT_EQ(document.facts.kind, ManifestKind::oci_index);
  EXPECT_TRUE(document.children.empty());
}

}  // namespace
}  // namespace larder
