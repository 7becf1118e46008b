#include "larder/repository.h"

#include <gmock/gmock.h>

#include <string>

namespace larder {
namespace {

using ::testing::HasSubstr;

Digest DigestOf(char digit) { return *Digest::Parse("sha256:" + std::string(64, digit)); }

class RepositoryMetadataTest : public ::testing::Test {
 protected:
  RepositoryMetadataTest() {
    repository_.name = *ImageName::Parse("docker.io/library/alpine");
    repository_.completeness = Completeness::partial;
    repository_.tags = {"3.1", "3.2", "attestation"};
    AddImage("3.1", '1');
    AddImage("3.2", '2');
    repository_.excluded["attestation"] = "not an image";
  }

  void AddImage(const std::string& tag, char digit) {
    ImageInfo info;
    info.id = ImageRef(repository_.name, tag);
    info.digest = DigestOf(digit);
    info.platform_digest = DigestOf(static_cast<char>(digit + 5));
    repository_.images[tag] = info;
  }

  ImageInfo Find(const std::string& ref) const { return repository_.FindImageWithRef(*ImageRef::Parse(ref)); }

  RepositoryMetadata repository_;
};

TEST_F(RepositoryMetadataTest, ATagWithInfoIsFound) {
  EXPECT_EQ(repository_.GetImageTagInfo("3.2")->digest, DigestOf('2'));
}

TEST_F(RepositoryMetadataTest, AGapIsNeverSilent) {
  repository_.tags.push_back("pending");
  const auto pending = repository_.GetImageTagInfo("pending");
  ASSERT_FALSE(pending.has_value());
  EXPECT_EQ(pending.error().code, Errc::not_found);
  EXPECT_THAT(pending.error().message, HasSubstr("tag \"pending\" is listed, but nothing is known"));
  EXPECT_THAT(repository_.GetImageTagInfo("9").error().message, HasSubstr("not in the last listing"));
  EXPECT_THAT(repository_.GetImageTagInfo("attestation").error().message, HasSubstr("is excluded: not an image"));
}

TEST_F(RepositoryMetadataTest, ImagesComeInTheOrderOfTheTagsWithoutTheExcluded) {
  const auto images = repository_.GetImages();
  ASSERT_TRUE(images.has_value()) << images.error().message;
  ASSERT_EQ(images->size(), 2u);
  EXPECT_EQ(images->at(0).id.tag(), "3.1");
  EXPECT_EQ(images->at(1).id.tag(), "3.2");
}

TEST_F(RepositoryMetadataTest, ImagesAreAnErrorWhereOneIsMissing) {
  repository_.images.erase("3.2");
  const auto images = repository_.GetImages();
  ASSERT_FALSE(images.has_value());
  EXPECT_EQ(images.error().code, Errc::not_found);
  EXPECT_THAT(images.error().message, HasSubstr("\"3.2\""));
}

TEST_F(RepositoryMetadataTest, NothingFetchedSaysSoWithTheLastError) {
  RepositoryMetadata empty;
  empty.name = repository_.name;
  EXPECT_EQ(empty.GetImages().error().message, "docker.io/library/alpine: image data not available");
  empty.last_error = "connection refused";
  const auto info = empty.GetImageTagInfo("3.1");
  EXPECT_EQ(info.error().code, Errc::not_found);
  EXPECT_EQ(info.error().message, "docker.io/library/alpine: image data not available, last error: connection refused");
}

TEST_F(RepositoryMetadataTest, FindsByTagInEachSpellingOfTheName) {
  EXPECT_EQ(Find("alpine:3.1").digest, DigestOf('1'));
  EXPECT_EQ(Find("docker.io/alpine:3.2").digest, DigestOf('2'));
}

TEST_F(RepositoryMetadataTest, FindsByEitherDigest) {
  EXPECT_EQ(Find("alpine@" + DigestOf('2').ToString()).id.tag(), "3.2");
  EXPECT_EQ(Find("alpine@" + DigestOf('6').ToString()).id.tag(), "3.1");
  EXPECT_EQ(Find("alpine:3.1@" + DigestOf('1').ToString()).id.tag(), "3.1");
  EXPECT_EQ(Find("alpine:moved@" + DigestOf('2').ToString()).id.tag(), "3.2");
  EXPECT_EQ(Find("alpine:3.1@" + DigestOf('2').ToString()).id.tag(), "3.2");
}

TEST_F(RepositoryMetadataTest, WhatIsNotThereComesBackWithOnlyItsId) {
  for (const std::string ref : {"alpine:9", "alpine", "quay.io/library/alpine:3.1", "alpine:attestation"}) {
    const ImageInfo info = Find(ref);
    EXPECT_EQ(info.id.ToString(), ref);
    EXPECT_TRUE(info.digest.empty()) << ref;
  }
  const ImageInfo info = Find("alpine:3.1@" + DigestOf('9').ToString());
  EXPECT_TRUE(info.digest.empty());
}

TEST(CompletenessTest, HasNames) {
  EXPECT_EQ(CompletenessName(Completeness::never_fetched), "never_fetched");
  EXPECT_EQ(CompletenessName(Completeness::partial), "partial");
  EXPECT_EQ(CompletenessName(Completeness::complete), "complete");
}

TEST(NotCachedHelpTest, TellsToWaitAndWhereToLook) {
  EXPECT_THAT(std::string(kNotCachedHelp), HasSubstr("wait"));
  EXPECT_THAT(std::string(kNotCachedHelp), HasSubstr("last error"));
}

}  // namespace
}  // namespace larder
