#include "larder/manifest_record.h"

#include <gtest/gtest.h>

#include "larder/record.h"

namespace larder {
namespace {

Digest NthDigest(int n) {
  char hex[65];
  std::snprintf(hex, sizeof hex, "%064x", n);
  return Digest::Parse(std::string("sha256:") + hex).value();
}

ManifestFacts Index(int children) {
  ManifestFacts facts;
  facts.digest = NthDigest(1);
  facts.kind = ManifestKind::oci_index;
  for (int i = 0; i < children; ++i) {
    ChildManifest child;
    child.digest = NthDigest(100 + i);
    child.platform = Platform::Parse(i % 2 == 0 ? "linux/amd64" : "linux/arm64/v8").value();
    child.size = 1000 + static_cast<std::uint64_t>(i);
    facts.children.push_back(child);
  }
  return facts;
}

ManifestFacts RoundTrip(const ManifestFacts& facts) {
  const auto record = BuildManifestRecord(facts, Time{Duration{1'800'000'000'000}}).value();
  EXPECT_LE(record.size(), kMaxRecordBytes);
  return ReadManifestRecord(facts.digest, record).value();
}

TEST(ManifestRecord, AnIndexKeepsAllItsChildren) {
  auto facts = Index(12);
  facts.children[3].is_attestation = true;
  facts.children[4].is_index = true;
  facts.children[5].is_artifact = true;
  facts.annotation_created = ParseTimestamp("2024-01-02T03:04:05Z").value();
  EXPECT_EQ(RoundTrip(facts), facts);
}

TEST(ManifestRecord, OddChildrenTravelAsText) {
  auto facts = Index(3);
  facts.children[1].digest = Digest::Parse("sha512:" + std::string(128, 'a')).value();
  facts.children[2].platform = Platform::Parse("plan9/z80").value();
  EXPECT_EQ(RoundTrip(facts), facts);
}

TEST(ManifestRecord, MoreChildrenThanAPageHoldsIsSaid) {
  const auto read = RoundTrip(Index(200));
  EXPECT_EQ(read.children.size(), kMaxChildren);
  EXPECT_TRUE(read.more_children);
}

TEST(ManifestRecord, AnImageKeepsItsFacts) {
  ManifestFacts facts;
  facts.digest = NthDigest(2);
  facts.kind = ManifestKind::schema2;
  facts.image_id = NthDigest(3).ToString();
  facts.platform = Platform::Parse("windows/amd64").value();
  facts.created = ParseTimestamp("2020-02-29T23:59:59.999999999Z").value();
  facts.label_times.created = ParseTimestamp("2020-02-29T00:00:00Z").value();
  facts.labels = {{"maintainer", "x"}, {"odd", "y"}};
  EXPECT_EQ(RoundTrip(facts), facts);
}

TEST(ManifestRecord, FactsOfAnotherDigestAreCorrupt) {
  const auto record = BuildManifestRecord(Index(1), Time{}).value();
  EXPECT_EQ(ReadManifestRecord(NthDigest(9), record).error().code, Errc::corruption);
}

TEST(ManifestRecord, FactsOfAnotherInterpreterAreReadAgain) {
  auto facts = Index(1);
  facts.interpreter = kInterpreterVersion + 1;
  const auto record = BuildManifestRecord(facts, Time{}).value();
  EXPECT_EQ(ReadManifestRecord(facts.digest, record).error().code, Errc::unsupported);
}

}  // namespace
}  // namespace larder
