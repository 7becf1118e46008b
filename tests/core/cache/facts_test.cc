#include "larder/facts.h"

#include <gtest/gtest.h>

#include "stored.h"

namespace larder {
namespace {

Digest D(char digit) { return Digest::Parse("sha256:" + std::string(64, digit)).value(); }
Platform P(const char* text) { return Platform::Parse(text).value(); }

ChildManifest Child(char digit, const char* platform) {
  ChildManifest child;
  child.digest = D(digit);
  if (platform != nullptr) child.platform = P(platform);
  return child;
}

ManifestFacts Index(std::vector<ChildManifest> children) {
  ManifestFacts facts;
  facts.digest = D('1');
  facts.kind = ManifestKind::oci_index;
  facts.children = std::move(children);
  return facts;
}

TEST(ChooseChild, TakesTheBestPreferredPlatform) {
  const auto index = Index({Child('a', "linux/arm64"), Child('b', "linux/amd64"), Child('c', "windows/amd64")});
  EXPECT_EQ(ChooseChild(index, {P("linux/amd64")})->digest, D('b'));
  EXPECT_EQ(ChooseChild(index, {P("linux/s390x"), P("windows/amd64")})->digest, D('c'));
  EXPECT_EQ(ChooseChild(index, {P("linux/s390x")}), nullptr);
}

TEST(ChooseChild, PassesOverAttestationsAndArtifacts) {
  auto attestation = Child('a', "linux/amd64");
  attestation.is_attestation = true;
  auto artifact = Child('b', "linux/amd64");
  artifact.is_artifact = true;
  EXPECT_EQ(ChooseChild(Index({attestation, artifact}), {P("linux/amd64")}), nullptr);
}

TEST(ChooseChild, GoesIntoANestedIndexWhereNothingElseFits) {
  auto nested = Child('a', nullptr);
  nested.is_index = true;
  EXPECT_EQ(ChooseChild(Index({Child('b', "linux/arm64"), nested}), {P("linux/amd64")})->digest, D('a'));
}

TEST(NoChildReason, NamesWhatIsThere) {
  const auto index = Index({Child('a', "linux/arm64"), Child('b', "linux/arm64"), Child('c', "windows/amd64")});
  EXPECT_EQ(NoChildReason(index, {P("linux/amd64")}), "no image for linux/amd64; it has linux/arm64, windows/amd64");
}

TEST(InfoFromFacts, KeepsBothDigestsOfAnIndex) {
  const auto index = Index({Child('a', "linux/amd64")});
  ManifestFacts image;
  image.digest = D('a');
  image.kind = ManifestKind::oci_manifest;
  image.image_id = D('f').ToString();
  const auto info = InfoFromFacts(Ref("alpine:3"), index, DefaultPlatforms(),
                                  [&](const Digest&) -> Result<ManifestFacts> { return image; });
  EXPECT_EQ(info->digest, D('1'));
  EXPECT_EQ(info->platform_digest, D('a'));
  EXPECT_EQ(info->image_id, D('f').ToString());
}

TEST(InfoFromFacts, AnIndexThatHoldsItselfEnds) {
  auto nested = Child('1', nullptr);
  nested.is_index = true;
  const auto index = Index({nested});
  const auto info = InfoFromFacts(Ref("alpine:3"), index, DefaultPlatforms(),
                                  [&](const Digest&) -> Result<ManifestFacts> { return index; });
  EXPECT_EQ(info.error().code, Errc::unsupported);
}

}  // namespace
}  // namespace larder
