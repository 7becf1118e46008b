#include "larder/cache.h"

#include <gtest/gtest.h>

#include <sstream>

#include "larder/rewrite.h"
#include "larder/scan.h"
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
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
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

// A format before the first, that never was: an image is three lines of text.
constexpr std::uint8_t kFormer = kFormatVersion - 1;

std::pair<Key, std::vector<std::byte>> FormerRecord(const ImageRecord& image) {
  const Key key = KeyOf(image).OfVersion(kFormer);
  RecordHeader header;
  header.format = kFormer;
  header.kind = RecordKind::image;
  header.expiry = image.expiry;
  const std::string text =
      image.info.id.name().Canonical() + "\n" + image.info.id.tag() + "\n" + image.info.digest.ToString() + "\n";
  return {key, MakeRecord(key, header, std::as_bytes(std::span(text))).value()};
}

Result<std::vector<std::byte>> ReadFormer(const Key& key, const Key& former_key, std::span<const std::byte> former) {
  const auto payload = PayloadOf(former);
  std::istringstream lines(std::string(reinterpret_cast<const char*>(payload.data()), payload.size()));
  std::string name, tag, digest;
  std::getline(lines, name);
  std::getline(lines, tag);
  std::getline(lines, digest);
  ImageRecord image;
  LARDER_ASSIGN_OR_RETURN(image.info.id, ImageRef::Parse(name + ":" + tag));
  LARDER_ASSIGN_OR_RETURN(image.info.digest, Digest::Parse(digest));
  LARDER_ASSIGN_OR_RETURN(const auto header, ReadHeader(former_key, former));
  image.status = EntryStatus::image;
  image.expiry = header.expiry;
  if (KeyOf(image) != key) return Fail(Errc::corruption, "of another image");
  return BuildImageRecord(image);
}

TEST_F(CacheTest, RecordsOfTheFormatBeforeAreReadAndRewrittenAndNothingOfThemIsLeft) {
  constexpr int kImages = 1'100;
  const auto name = [](int i) { return "ghcr.io/a/b" + std::to_string(i % 3) + ":v" + std::to_string(i); };
  for (int i = 0; i < kImages; ++i) {
    const auto [key, record] = FormerRecord(Stored::Image(name(i), 'a'));
    stored.Put(key, record);
  }
  auto [broken_key, broken] = FormerRecord(Stored::Image("ghcr.io/a/broken:1"));
  broken.back() ^= std::byte{1};
  stored.Put(broken_key, broken);
  const auto [strange_key, strange] = FormerRecord(Stored::Image("ghcr.io/a/strange:1"));
  stored.Put(
      strange_key.Next(),
      MakeRecord(strange_key.Next(), {.format = kFormer, .kind = RecordKind::image}, PayloadOf(strange)).value());
  stored.Put(Stored::Image(name(5), 'b'));  // which this release has fetched since
  EXPECT_EQ(cache->Image(Ref(name(0)), kNow).error().code, Errc::not_found);
  EXPECT_EQ(stored.store->Collect({.now = kNow})->removed, 0U);  // they are not garbage

  const FormerFormat former{kFormer, ReadFormer};
  const auto report = RewriteFormer(*stored.store, former, kNow).value();
  EXPECT_EQ(report.read, kImages + 2U);
  EXPECT_EQ(report.written, kImages - 1U);
  EXPECT_EQ(report.kept, 1U);
  EXPECT_EQ(report.dropped, 2U);
  for (int i = 0; i < kImages; ++i) {
    const auto image = cache->Image(Ref(name(i)), kNow);
    ASSERT_TRUE(image.has_value()) << i;
    EXPECT_EQ(image->digest().ToString().back(), i == 5 ? 'b' : 'a');
    EXPECT_EQ(image->expiry(), kNow + std::chrono::days(30));
  }
  int records = 0;
  ASSERT_TRUE(ScanStore(*stored.store, {}, [&](const Key& key, std::span<const std::byte> record) {
                EXPECT_EQ(key.version(), kFormatVersion);
                EXPECT_EQ(VerifyRecord(key, record)->format, kFormatVersion);
                ++records;
                return ScanAction::go_on;
              }).has_value());
  EXPECT_EQ(records, kImages);
  EXPECT_EQ(RewriteFormer(*stored.store, former, kNow)->read, 0U);
  EXPECT_EQ(cache->corrupt(), 0U);
}

TEST(KnownFormerFormat, IsTheOneBeforeThisReleasesOrNone) {
  const auto former = KnownFormerFormat();
  if (!former.has_value()) {
    EXPECT_EQ(kFormatVersion, 1) << "a release that raises the version reads the one before";
  } else {
    EXPECT_EQ(former->version, kFormatVersion - 1);
  }
}

}  // namespace
}  // namespace larder
