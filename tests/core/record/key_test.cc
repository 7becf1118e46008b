#include "larder/key.h"

#include <gtest/gtest.h>

namespace larder {
namespace {

constexpr std::string_view kName = "index.docker.io/library/alpine";

TEST(Key, SaysKindAndVersionInItsFirstBytes) {
  const Key key = Key::Image(kName, "3.19");
  EXPECT_EQ(key.kind(), RecordKind::image);
  EXPECT_EQ(key.version(), kFormatVersion);
}

TEST(Key, ImagesOfARepositoryAreOneRangeThatHoldsNothingElse) {
  const KeyRange range = KeyRange::OfRepository(RecordKind::image, kName);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(range.Contains(Key::Image(kName, "v" + std::to_string(i))));
  EXPECT_FALSE(range.Contains(Key::Image("index.docker.io/library/alpines", "v1")));
  EXPECT_FALSE(range.Contains(Key::Repository(kName)));
  EXPECT_FALSE(range.Contains(Key::TagBlock(kName, 1, 0)));
}

TEST(Key, BlocksOfAGenerationAreOneRangeInTheirOrder) {
  const KeyRange range = KeyRange::OfTagBlocks(kName, 7);
  EXPECT_TRUE(range.Contains(Key::TagBlock(kName, 7, 0)));
  EXPECT_TRUE(range.Contains(Key::TagBlock(kName, 7, 0xFFFFFFFF)));
  EXPECT_FALSE(range.Contains(Key::TagBlock(kName, 6, 0xFFFFFFFF)));
  EXPECT_FALSE(range.Contains(Key::TagBlock(kName, 8, 0)));
  EXPECT_LT(Key::TagBlock(kName, 7, 255), Key::TagBlock(kName, 7, 256));
  EXPECT_EQ(Key::TagBlock(kName, 7, 256).generation(), 7U);
  EXPECT_EQ(Key::TagBlock(kName, 7, 256).block(), 256U);
}

TEST(Key, AKindIsOneRangeOverAllVersions) {
  const KeyRange range = KeyRange::OfKind(RecordKind::manifest);
  const auto digest = Digest::Parse("sha256:" + std::string(64, 'f'));
  ASSERT_TRUE(digest.has_value());
  EXPECT_TRUE(range.Contains(Key::Manifest(*digest)));
  EXPECT_FALSE(range.Contains(Key::Host("ghcr.io")));
  EXPECT_FALSE(range.Contains(Key::Image(kName, "1")));
}

TEST(Key, TheMarkerIsTheSameInEveryVersion) {
  EXPECT_EQ(Key::Marker().ToHex(), std::string(48, '0'));
  EXPECT_TRUE(KeyRange::All().Contains(Key::Marker()));
}

// The documented format: a reader written from docs/record-format.md must find these.
TEST(Key, IsWhatTheFormatSays) {
  EXPECT_EQ(Key::Repository("ghcr.io/fluxcd/flux-cli").ToHex().substr(0, 4), "0101");
  EXPECT_EQ(Key::Repository("ghcr.io/fluxcd/flux-cli").ToHex().substr(32), "0000000000000000");
  EXPECT_EQ(Key::TagBlock("ghcr.io/fluxcd/flux-cli", 1, 2).ToHex().substr(32), "0000000100000002");
}

TEST(Key, HexGoesBothWaysAndNamesWhatIsWrong) {
  const Key key = Key::Image(kName, "edge");
  EXPECT_EQ(Key::FromHex(key.ToHex()).value(), key);
  EXPECT_EQ(Key::FromHex("00").error().code, Errc::invalid_argument);
  const auto bad = Key::FromHex(std::string(47, '0') + "G");
  EXPECT_EQ(bad.error().code, Errc::invalid_argument);
  EXPECT_NE(bad.error().message.find("48"), std::string::npos);
}

TEST(Key, NextIsTheSmallestGreaterKey) {
  const Key key = Key::FromHex(std::string(46, '0') + "ff").value();
  EXPECT_EQ(key.Next().ToHex(), std::string(44, '0') + "0100");
  const Key last = Key::FromHex(std::string(48, 'f')).value();
  EXPECT_EQ(last.Next(), last);
}

TEST(Key, EveryKindHasANameThatReadsBack) {
  for (std::uint8_t kind = 0; kind < kRecordKinds; ++kind) {
    const auto name = RecordKindName(static_cast<RecordKind>(kind));
    EXPECT_EQ(ParseRecordKind(name).value(), static_cast<RecordKind>(kind));
  }
  EXPECT_EQ(ParseRecordKind("imagse").error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace larder
