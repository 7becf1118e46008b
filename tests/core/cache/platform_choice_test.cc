#include "larder/platform_choice.h"

#include <gtest/gtest.h>

#include <string>

namespace larder {
namespace {

ChildManifest ChildOf(int n, const std::string& platform) {
  ChildManifest child;
  std::string hex(64, '0');
  hex[63] = static_cast<char>('0' + n);
  child.digest = *Digest::Parse("sha256:" + hex);
  if (!platform.empty()) child.platform = *Platform::Parse(platform);
  return child;
}

ChildManifest Nested(int n, const std::string& platform) {
  ChildManifest child = ChildOf(n, platform);
  child.is_index = true;
  return child;
}

ChildManifest Attestation(int n, const std::string& platform) {
  ChildManifest child = ChildOf(n, platform);
  child.is_attestation = true;
  return child;
}

PlatformPreference Wanted(std::initializer_list<const char*> names) {
  PlatformPreference wanted;
  for (const char* name : names) wanted.push_back(*Platform::Parse(name));
  return wanted;
}

TEST(PlatformChoice, FollowsTheOrderOfPreferenceNotOfTheIndex) {
  const std::vector<ChildManifest> children = {ChildOf(1, "linux/amd64"), ChildOf(2, "linux/arm64/v8")};
  const PlatformChoice arm = ChooseChild(children, Wanted({"linux/arm64", "linux/amd64"}));
  ASSERT_EQ(arm.candidates.size(), 1u);
  EXPECT_TRUE(arm.certain);
  EXPECT_EQ(arm.candidates[0], children[1]);
  EXPECT_EQ(ChooseChild(children, Wanted({"linux/s390x", "linux/amd64"})).candidates[0], children[0]);
}

TEST(PlatformChoice, TheVeryPlatformComesBeforeAVariantOfIt) {
  const std::vector<ChildManifest> children = {ChildOf(1, "linux/arm/v6"), ChildOf(2, "linux/arm")};
  EXPECT_EQ(ChooseChild(children, Wanted({"linux/arm"})).candidates[0], children[1]);
  EXPECT_EQ(ChooseChild(children, Wanted({"linux/arm/v6"})).candidates[0], children[0]);
}

TEST(PlatformChoice, NamesWhatThereIsWhereNothingFits) {
  const std::vector<ChildManifest> children = {ChildOf(1, "linux/arm64"), Attestation(2, "linux/amd64"),
                                               ChildOf(3, "windows/amd64"), ChildOf(4, "windows/amd64")};
  const PlatformChoice choice = ChooseChild(children, Wanted({"linux/amd64"}));
  EXPECT_TRUE(choice.candidates.empty());
  EXPECT_EQ(choice.excluded_reason, "no image for linux/amd64; it has linux/arm64, windows/amd64");
  EXPECT_EQ(ChooseChild({}, Wanted({"linux/amd64", "linux/arm64"})).excluded_reason,
            "no image for linux/amd64 or linux/arm64; it has no images at all");
}

TEST(PlatformChoice, TheReasonIsBounded) {
  std::vector<ChildManifest> children;
  PlatformPreference wanted;
  for (int i = 0; i < 1000; ++i) {
    ChildManifest child = ChildOf(1, "linux/amd64");
    child.platform.architecture = "cpu" + std::to_string(i);
    children.push_back(child);
    wanted.push_back(Platform{"plan9", "cpu" + std::to_string(i), ""});
  }
  EXPECT_LE(ChooseChild(children, wanted).excluded_reason.size(), kMaxReasonBytes);
}

TEST(PlatformChoice, ANestedIndexOfThePlatformIsFollowed) {
  const std::vector<ChildManifest> children = {ChildOf(1, "linux/arm64"), Nested(2, "linux/amd64")};
  const PlatformChoice choice = ChooseChild(children, Wanted({"linux/amd64"}));
  ASSERT_EQ(choice.candidates.size(), 1u);
  EXPECT_EQ(choice.candidates[0], children[1]);
}

TEST(PlatformChoice, WhatDoesNotStateItsPlatformIsACandidate) {
  std::vector<ChildManifest> children = {ChildOf(1, "linux/ppc64le"), Nested(2, ""), ChildOf(3, ""),
                                         Attestation(4, "")};
  const PlatformChoice choice = ChooseChild(children, Wanted({"linux/amd64"}));
  EXPECT_FALSE(choice.certain);
  ASSERT_EQ(choice.candidates.size(), 2u);
  EXPECT_EQ(choice.candidates[0], children[1]);
  EXPECT_EQ(choice.candidates[1], children[2]);
  EXPECT_EQ(choice.excluded_reason, "no image for linux/amd64; it has linux/ppc64le, images of unstated platform");
  for (int i = 5; i < 10; ++i) children.push_back(ChildOf(i, ""));
  EXPECT_EQ(ChooseChild(children, Wanted({"linux/amd64"})).candidates.size(), kMaxCandidates);
}

TEST(PlatformChoice, NoPreferenceTakesTheFirstImage) {
  const std::vector<ChildManifest> children = {Attestation(1, "unknown/unknown"), ChildOf(2, "windows/amd64")};
  ASSERT_EQ(ChooseChild(children, {}).candidates.size(), 1u);
  EXPECT_EQ(ChooseChild(children, {}).candidates[0], children[1]);
}

TEST(PlatformChoice, AnImageThatDoesNotSayItsPlatformIsWanted) {
  EXPECT_TRUE(IsWanted({}, Wanted({"linux/amd64"})));
  EXPECT_TRUE(IsWanted(*Platform::Parse("linux/amd64/v2"), Wanted({"linux/arm64", "linux/amd64"})));
  EXPECT_FALSE(IsWanted(*Platform::Parse("windows/amd64"), Wanted({"linux/amd64"})));
  EXPECT_TRUE(IsWanted(*Platform::Parse("windows/amd64"), {}));
}

}  // namespace
}  // namespace larder
