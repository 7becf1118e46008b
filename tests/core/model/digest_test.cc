#include "larder/digest.h"

#include <gmock/gmock.h>

#include <string>

namespace larder {
namespace {

using ::testing::HasSubstr;

const std::string kSha256 = "sha256:00ff599fe5e5073102dbb0ee3dbb65f049dab44fa9fc251f6835c9990f8fb19a";
const std::string kSha512 = "sha512:" + std::string(126, 'a') + "0f";

TEST(DigestTest, PrintsTheTextItWasParsedFrom) {
  for (const std::string& text : {kSha256, kSha512}) {
    const auto digest = Digest::Parse(text);
    ASSERT_TRUE(digest.has_value()) << text;
    EXPECT_EQ(digest->ToString(), text);
    EXPECT_FALSE(digest->empty());
  }
}

TEST(DigestTest, BytesAreThoseOfTheHexAndComeBackAsADigest) {
  const auto digest = Digest::Parse(kSha256);
  ASSERT_TRUE(digest.has_value());
  ASSERT_EQ(digest->bytes().size(), 32u);
  EXPECT_EQ(digest->bytes()[0], std::byte{0x00});
  EXPECT_EQ(digest->bytes()[1], std::byte{0xff});
  EXPECT_EQ(digest->bytes()[31], std::byte{0x9a});
  EXPECT_EQ(Digest::FromBytes(DigestAlgorithm::sha256, digest->bytes()), *digest);
  EXPECT_EQ(Digest::Parse(kSha512)->bytes().size(), 64u);
}

TEST(DigestTest, NoneIsEmptyAndPrintsNothing) {
  EXPECT_TRUE(Digest().empty());
  EXPECT_EQ(Digest().ToString(), "");
  EXPECT_TRUE(Digest().bytes().empty());
  EXPECT_EQ(Digest().algorithm(), DigestAlgorithm::none);
}

TEST(DigestTest, TheSameHexUnderAnotherAlgorithmIsAnotherDigest) {
  const auto sha256 = Digest::Parse("sha256:" + std::string(64, '0'));
  const auto sha512 = Digest::Parse("sha512:" + std::string(128, '0'));
  ASSERT_TRUE(sha256.has_value() && sha512.has_value());
  EXPECT_NE(*sha256, *sha512);
  EXPECT_LT(Digest(), *sha256);
}

struct RefusedDigest {
  std::string text;
  std::string why;
};

TEST(DigestTest, WhatIsNoDigestIsRefusedWithTheReason) {
  const RefusedDigest cases[] = {
      {"", "no algorithm"},
      {"latest", "no algorithm"},
      {"sha256:", "0 digits"},
      {"md5:d41d8cd98f00b204e9800998ecf8427e", "neither sha256 nor sha512"},
      {"SHA256:" + std::string(64, '0'), "neither sha256 nor sha512"},
      {"sha256:" + std::string(63, '0'), "63 digits"},
      {"sha256:" + std::string(65, '0'), "65 digits"},
      {"sha256:" + std::string(128, '0'), "128 digits"},
      {"sha512:" + std::string(64, '0'), "64 digits"},
      {"sha256:" + std::string(63, '0') + "A", "not one of 0-9 a-f"},
      {"sha256:" + std::string(63, '0') + "g", "not one of 0-9 a-f"},
      {"sha256:" + std::string(63, '0') + " ", "not one of 0-9 a-f"},
  };
  for (const RefusedDigest& refused : cases) {
    const auto digest = Digest::Parse(refused.text);
    ASSERT_FALSE(digest.has_value()) << refused.text;
    EXPECT_EQ(digest.error().code, Errc::invalid_argument);
    EXPECT_THAT(digest.error().message, HasSubstr(refused.why));
  }
}

}  // namespace
}  // namespace larder
