#include "larder/cache.h"

#include <gtest/gtest.h>

#include "stored.h"

namespace larder {
namespace {

class CacheTest : public ::testing::Test {
 protected:
  CacheTest() {
    CacheOptions options;
    options.log = [this](LogLevel, std::string_view line) { lines.emplace_back(line); };
    cache = std::make_unique<Cache>(*stored.store, options);
  }
  Stored stored;
  std::vector<std::string> lines;
  std::unique_ptr<Cache> cache;
};

TEST_F(CacheTest, AMissIsNotFoundWithoutWords) {
  const auto image = cache->Image(Ref("alpine:3.19"), kNow);
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, Errc::not_found);
  EXPECT_TRUE(image.error().message.empty());
}

TEST_F(CacheTest, EverySpellingOfANameFindsTheSameImage) {
  stored.Put(Stored::Image("alpine:3.19"));
  for (const auto* text : {"alpine:3.19", "library/alpine:3.19", "docker.io/alpine:3.19",
                           "index.docker.io/library/alpine:3.19", "registry-1.docker.io/library/alpine:3.19"}) {
    EXPECT_TRUE(cache->Image(Ref(text), kNow).has_value()) << text;
  }
  EXPECT_FALSE(cache->Image(Ref("quay.io/library/alpine:3.19"), kNow).has_value());
}

TEST_F(CacheTest, WithoutATagItIsLatest) {
  stored.Put(Stored::Image("alpine:latest"));
  EXPECT_TRUE(cache->Image(Ref("alpine"), kNow).has_value());
}

TEST_F(CacheTest, ATagWithADigestIsFoundOnlyWhileItPointsThere) {
  stored.Put(Stored::Image("alpine:3.19", 'a'));
  EXPECT_TRUE(cache->Image(Ref("alpine:3.19@sha256:" + std::string(64, 'a')), kNow).has_value());
  const auto moved = cache->Image(Ref("alpine:3.19@sha256:" + std::string(64, 'b')), kNow);
  EXPECT_EQ(moved.error().code, Errc::not_found);
  EXPECT_NE(moved.error().message.find("moved"), std::string::npos);
}

TEST_F(CacheTest, AnExpiredRecordIsAMiss) {
  auto record = Stored::Image("alpine:3.19");
  record.expiry = kNow;
  stored.Put(record);
  EXPECT_EQ(cache->Image(Ref("alpine:3.19"), kNow).error().code, Errc::not_found);
  EXPECT_TRUE(cache->Image(Ref("alpine:3.19"), kNow - Duration(1)).has_value());
  EXPECT_EQ(cache->corrupt(), 0U);
}

TEST_F(CacheTest, WhatIsNoImageIsAnErrorThatSaysWhy) {
  auto record = Stored::Image("alpine:3.19");
  record.status = EntryStatus::excluded;
  record.excluded_reason = "no image for linux/amd64";
  stored.Put(record);
  auto image = cache->Image(Ref("alpine:3.19"), kNow);
  EXPECT_EQ(image.error().code, Errc::unsupported);
  EXPECT_NE(image.error().message.find("no image for linux/amd64"), std::string::npos);

  record.status = EntryStatus::missing;
  stored.Put(record);
  EXPECT_EQ(cache->Image(Ref("alpine:3.19"), kNow).error().code, Errc::not_found);
  record.status = EntryStatus::pending;
  stored.Put(record);
  EXPECT_EQ(cache->Image(Ref("alpine:3.19"), kNow).error().code, Errc::unavailable);
  record.status = EntryStatus::failed;
  record.last_error = "timeout";
  stored.Put(record);
  image = cache->Image(Ref("alpine:3.19"), kNow);
  EXPECT_EQ(image.error().code, Errc::unavailable);
  EXPECT_NE(image.error().message.find("timeout"), std::string::npos);
  EXPECT_TRUE(cache->Entry(Ref("alpine:3.19"), kNow).has_value());
}

TEST_F(CacheTest, EverySingleFlippedBitIsACountedMissLoggedOnce) {
  const auto record = Stored::Image("alpine:3.19");
  const auto bytes = BuildImageRecord(record).value();
  std::uint64_t flips = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 7) {
    auto broken = bytes;
    broken[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    stored.Put(KeyOf(record), broken);
    const auto image = cache->Image(Ref("alpine:3.19"), kNow);
    ASSERT_FALSE(image.has_value()) << bit;
    EXPECT_EQ(image.error().code, Errc::not_found);
    EXPECT_EQ(cache->corrupt(), ++flips);
  }
  EXPECT_EQ(lines.size(), 1U);
}

TEST_F(CacheTest, ARecordOfAnotherImageUnderTheKeyIsAMiss) {
  const auto other = Stored::Image("busybox:1");
  stored.Put(KeyOf(Stored::Image("alpine:3.19")), BuildImageRecord(other).value());
  EXPECT_EQ(cache->Image(Ref("alpine:3.19"), kNow).error().code, Errc::not_found);
  EXPECT_EQ(cache->corrupt(), 1U);
}

TEST_F(CacheTest, ADigestIsAnsweredFromItsFacts) {
  ManifestFacts facts;
  facts.digest = Digest::Parse("sha256:" + std::string(64, 'c')).value();
  facts.kind = ManifestKind::oci_manifest;
  facts.image_id = "sha256:" + std::string(64, 'd');
  stored.Put(facts);
  EXPECT_EQ(cache->Manifest(facts.digest, kNow).value(), facts);
  EXPECT_FALSE(cache->Manifest(facts.digest, kNow + kManifestRetention).has_value());
}

TEST_F(CacheTest, ARepositoryThatIsNotKnownSaysWhatFluxSays) {
  const auto metadata = cache->GetImageRepositoryMetadata(ImageName::Parse("alpine").value());
  EXPECT_EQ(metadata.error().code, Errc::not_found);
  EXPECT_EQ(metadata.error().message, kNoImageDataMessage);
}

}  // namespace
}  // namespace larder
