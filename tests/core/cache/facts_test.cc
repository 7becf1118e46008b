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

ManifestFacts Image(char digit, const char* platform) {
  ManifestFacts image;
  image.digest = D(digit);
  image.image_id = D(digit).ToString();
  image.platform = P(platform);
  return image;
}

// As fetching does: images whose platform the index does not state are looked at in turn.
TEST(InfoFromFacts, LooksAtUnstatedChildrenInTurn) {
  const auto index =
      Index({Child('a', "linux/ppc64le"), Child('b', nullptr), Child('c', nullptr), Child('d', nullptr)});
  const auto b = Image('b', "windows/amd64");
  const auto c = Image('c', "linux/amd64");
  int looked = 0;
  const auto info =
      InfoFromFacts(Ref("alpine:3"), index, DefaultPlatforms(), [&](const Digest& digest) -> Result<ManifestFacts> {
        ++looked;
        if (digest == b.digest) return b;
        if (digest == c.digest) return c;
        return Miss();
      });
  ASSERT_TRUE(info.has_value()) << info.error().ToString();
  EXPECT_EQ(info->platform_digest, c.digest);
  EXPECT_EQ(looked, 2);
  const auto none =
      InfoFromFacts(Ref("alpine:3"), index, {P("linux/s390x")},
                    [&](const Digest& digest) -> Result<ManifestFacts> { return digest == b.digest ? b : c; });
  EXPECT_EQ(none.error().code, Errc::unsupported);
}

TEST(InfoFromFacts, SaysNotFoundWhereAChildHasToBeReadOrTheIndexIsCut) {
  auto index = Index({Child('b', nullptr), Child('c', nullptr)});
  const FactsByDigest none = [](const Digest&) -> Result<ManifestFacts> { return Miss(); };
  EXPECT_EQ(InfoFromFacts(Ref("alpine:3"), index, DefaultPlatforms(), none).error().code, Errc::not_found);
  index = Index({Child('b', "linux/arm64")});
  EXPECT_EQ(InfoFromFacts(Ref("alpine:3"), index, DefaultPlatforms(), none).error().code, Errc::unsupported);
  index.more_children = true;
  EXPECT_EQ(InfoFromFacts(Ref("alpine:3"), index, DefaultPlatforms(), none).error().code, Errc::not_found);
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
