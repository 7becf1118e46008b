#include "registry/image_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "larder/sample_builder.h"
#include "registry/digest_of.h"
#include "remote_fixture.h"

namespace larder {
namespace {

using samples::SampleBuilder;
using samples::SampleFormat;
using samples::SampleImage;
using ::testing::HasSubstr;

SampleImage ImageFor(const std::string& platform, std::uint64_t salt = 0) {
  SampleImage image;
  image.platform = *Platform::Parse(platform);
  image.created = Timestamp(1717171717, 5);
  image.salt = salt;
  return image;
}

class ImageFetchTest : public RemoteFixture {
 protected:
  ImageFetchTest() : builder_(kRepository) {}
  void ServeBuilt() {
    repository_ = std::move(builder_).Take();
    Serve(repository_);
  }
  FetchedImage MustFetch(const std::string& reference, Client::KnownFacts known = nullptr) {
    auto image = Manifest(reference, std::move(known));
    EXPECT_TRUE(image.has_value()) << image.error().error.message;
    return image.has_value() ? std::move(*image) : FetchedImage();
  }
  FetchError MustFail(const std::string& reference) {
    auto image = Manifest(reference);
    EXPECT_FALSE(image.has_value());
    return image.has_value() ? FetchError() : std::move(image.error());
  }
  SampleBuilder builder_;
  samples::SampleRepository repository_;
};

TEST_F(ImageFetchTest, AnImageCostsItsManifestAndItsConfig) {
  const Digest digest = builder_.Image(ImageFor("linux/arm64"));
  builder_.Tag("v1", digest);
  ServeBuilt();
  const FetchedImage image = MustFetch("v1");
  EXPECT_EQ(image.digest, digest);
  EXPECT_EQ(image.announced, digest);
  EXPECT_EQ(image.excluded_reason, "");
  EXPECT_EQ(image.manifest_gets, 1u);
  EXPECT_EQ(image.blob_gets, 1u);
  ASSERT_EQ(image.facts.size(), 1u);
  EXPECT_EQ(image.facts[0].platform.ToString(), "linux/arm64");  // the tag's own image, whatever is preferred
  EXPECT_EQ(image.facts[0].created, Timestamp(1717171717, 5));
  EXPECT_TRUE(image.facts[0].image_id.starts_with("sha256:"));
}

TEST_F(ImageFetchTest, AnIndexLeadsToTheChildOfThePreferredPlatform) {
  const Digest arm = builder_.Image(ImageFor("linux/arm64/v8"));
  const Digest amd = builder_.Image(ImageFor("linux/amd64"));
  const Digest attestation = builder_.Attestation(amd);
  const Digest index = builder_.Index({arm, amd, attestation}, SampleFormat::oci);
  builder_.Tag("v1", index);
  ServeBuilt();
  const FetchedImage image = MustFetch("v1");
  EXPECT_EQ(image.digest, index);
  ASSERT_EQ(image.facts.size(), 2u);
  EXPECT_EQ(image.facts[0].digest, index);
  EXPECT_EQ(image.facts[0].children.size(), 3u);
  EXPECT_EQ(image.facts[1].digest, amd);
  EXPECT_EQ(image.manifest_gets, 2u);
  EXPECT_EQ(image.blob_gets, 1u);
  MakeClient({*Platform::Parse("linux/s390x"), *Platform::Parse("linux/arm64")});
  EXPECT_EQ(MustFetch("v1").facts.back().digest, arm);
}

TEST_F(ImageFetchTest, WithoutAnImageForThePlatformTheReasonNamesThoseThatExist) {
  builder_.Tag("v1", builder_.Index({builder_.Image(ImageFor("windows/amd64"))}, SampleFormat::docker));
  ServeBuilt();
  const FetchedImage image = MustFetch("v1");
  EXPECT_EQ(image.excluded_reason, "no image for linux/amd64; it has windows/amd64");
  EXPECT_EQ(image.facts.size(), 1u);
  EXPECT_EQ(image.manifest_gets, 1u);
}

TEST_F(ImageFetchTest, ArtifactsAreExcludedNotFailed) {
  builder_.Tag("chart", builder_.Artifact("application/vnd.cncf.helm.chart", "x"));
  ServeBuilt();
  const FetchedImage image = MustFetch("chart");
  EXPECT_THAT(image.excluded_reason, HasSubstr("not an image"));
  EXPECT_EQ(image.blob_gets, 0u);
}

TEST_F(ImageFetchTest, NestedIndexesAreFollowed) {
  const Digest amd = builder_.Image(ImageFor("linux/amd64"));
  const Digest inner = builder_.Index({amd}, SampleFormat::oci);
  builder_.Tag("v1", builder_.Index({builder_.Image(ImageFor("linux/ppc64le")), inner}, SampleFormat::oci));
  ServeBuilt();
  const FetchedImage image = MustFetch("v1");
  EXPECT_EQ(image.excluded_reason, "");
  ASSERT_EQ(image.facts.size(), 3u);
  EXPECT_EQ(image.facts[1].digest, inner);
  EXPECT_EQ(image.facts[2].digest, amd);
}

TEST_F(ImageFetchTest, NestingIsBounded) {
  Digest digest = builder_.Index({builder_.Image(ImageFor("linux/amd64"))}, SampleFormat::oci);
  for (int i = 0; i < 20; ++i) digest = builder_.Index({digest}, SampleFormat::oci);
  builder_.Tag("v1", digest);
  ServeBuilt();
  const FetchedImage image = MustFetch("v1");
  EXPECT_NE(image.excluded_reason, "");
  EXPECT_LE(image.manifest_gets, kMaxManifestGets);
}

TEST_F(ImageFetchTest, WhereTheIndexIsSilentTheConfigSaysThePlatform) {
  SampleBuilder other("other");  // builders write platforms: so the index is written by hand
  const Digest windows = builder_.Image(ImageFor("windows/amd64"));
  const Digest amd = builder_.Image(ImageFor("linux/amd64"));
  const std::string index = R"({"schemaVersion":2,"manifests":[{"digest":")" + windows.ToString() +
                            R"("},{"digest":")" + amd.ToString() + R"("}]})";
  builder_.Tag("v1", builder_.Raw("application/vnd.oci.image.index.v1+json", index));
  ServeBuilt();
  const FetchedImage image = MustFetch("v1");
  EXPECT_EQ(image.excluded_reason, "");
  EXPECT_EQ(image.facts.back().digest, amd);
  EXPECT_EQ(image.facts.size(), 3u);
  MakeClient({*Platform::Parse("linux/arm64")});
  EXPECT_EQ(MustFetch("v1").excluded_reason, "no image for linux/arm64; it has images of unstated platform");
}

TEST_F(ImageFetchTest, ByDigestTheBytesMustBeThoseOfTheDigest) {
  const Digest digest = builder_.Image(ImageFor("linux/amd64"));
  const Digest other = builder_.Image(ImageFor("linux/amd64", 2));
  ServeBuilt();
  EXPECT_EQ(MustFetch(digest.ToString()).digest, digest);
  server_.On("GET", Path("manifests/" + digest.ToString()), Document(repository_.blobs.at(other), digest));
  const FetchError error = MustFail(digest.ToString());
  EXPECT_EQ(error.error.code, Errc::corruption);
  EXPECT_EQ(error.blame, Blame::tag);
  EXPECT_THAT(error.error.message, HasSubstr("not those of its digest"));
}

TEST_F(ImageFetchTest, BySha512TheDigestIsOfThatAlgorithm) {
  builder_.Image(ImageFor("linux/amd64"));
  ServeBuilt();
  const samples::SampleBlob& blob = repository_.blobs.at(repository_.manifests.front());
  const Digest digest = ComputeDigest(DigestAlgorithm::sha512, blob.bytes);
  server_.On("GET", Path("manifests/" + digest.ToString()), Document(blob, digest));
  EXPECT_EQ(MustFetch(digest.ToString()).digest, digest);
  server_.On("GET", Path("manifests/v1"), Document(blob, digest));
  EXPECT_EQ(MustFetch("v1").digest, digest);  // as announced, so that HEAD and GET agree
}

TEST_F(ImageFetchTest, AWrongHeaderIsKeptBesideTheDigestOfTheBytes) {
  const Digest digest = builder_.Image(ImageFor("linux/amd64"));
  const Digest other = builder_.Image(ImageFor("linux/amd64", 2));
  ServeBuilt();
  server_.On("GET", Path("manifests/v1"), Document(repository_.blobs.at(digest), other));
  const FetchedImage image = MustFetch("v1");
  EXPECT_EQ(image.digest, digest);
  EXPECT_EQ(image.announced, other);
}

TEST_F(ImageFetchTest, BrokenInsidesAreCorruptionOfTheTagNeverAnEmptyImage) {
  const Digest lost_child = builder_.Image(ImageFor("linux/amd64", 3));
  builder_.Tag("child-lost", builder_.Index({lost_child}, SampleFormat::oci));
  builder_.Tag("config-lost", builder_.ImageWithoutConfig(1));
  builder_.Tag("config-bad", builder_.ImageWithConfig("not a config"));
  builder_.Tag("config-other", builder_.Image(ImageFor("linux/amd64", 4)));
  builder_.Tag("config-in-index-lost", builder_.Index({builder_.ImageWithoutConfig(2)}, SampleFormat::oci));
  ServeBuilt();
  server_.On("*", Path("manifests/" + lost_child.ToString()), Reply(404));
  for (const auto& [digest, blob] : repository_.blobs) {
    if (blob.bytes.find("SAMPLE_BUILD=4") == std::string::npos) continue;
    server_.On("GET", Path("blobs/" + digest.ToString()), Reply(200, R"({"os":"linux","architecture":"amd64"})"));
  }
  for (const std::string tag : {"child-lost", "config-lost", "config-bad", "config-other", "config-in-index-lost"}) {
    const FetchError error = MustFail(tag);
    EXPECT_EQ(error.error.code, Errc::corruption) << tag << ": " << error.error.message;
    EXPECT_EQ(error.blame, Blame::tag) << tag;
  }
}

TEST_F(ImageFetchTest, AMissingTagIsNotFound) {
  server_.On("GET", Path("manifests/gone"),
             Reply(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})"));
  const FetchError error = MustFail("gone");
  EXPECT_EQ(error.error.code, Errc::not_found);
  EXPECT_EQ(error.blame, Blame::tag);
  EXPECT_EQ(error.http_status, 404);
}

TEST_F(ImageFetchTest, ABodyThatIsNoManifestIsCorruption) {
  for (const char* body : {"", "<html>login</html>", "{}", "[1]", "{\"schemaVersion\":2"}) {
    server_.On("GET", Path("manifests/v1"),
               Reply(200, body, {{"Content-Type", "application/vnd.oci.image.manifest.v1+json"}}));
    const FetchError error = MustFail("v1");
    EXPECT_EQ(error.error.code, Errc::corruption) << body;
    EXPECT_EQ(error.blame, Blame::tag) << body;
  }
}

TEST_F(ImageFetchTest, ConfigsAreReadThroughRedirects) {
  testing::ScriptedServer storage;
  const Digest digest = builder_.Image(ImageFor("linux/amd64"));
  builder_.Tag("v1", digest);
  ServeBuilt();
  for (const auto& [blob_digest, blob] : repository_.blobs) {
    if (blob.is_manifest) continue;
    const std::string target = "/bucket/" + blob_digest.ToString() + "?signature=abc";
    server_.On("GET", Path("blobs/" + blob_digest.ToString()), Reply(307, "", {{"Location", storage.url(target)}}));
    storage.On("GET", target, Reply(200, blob.bytes));
  }
  EXPECT_EQ(MustFetch("v1").facts.back().platform.ToString(), "linux/amd64");
  EXPECT_EQ(storage.requests().size(), 1u);
}

// Answers from facts that an earlier fetch found.
class Memory {
 public:
  void Remember(const FetchedImage& image) {
    for (const ManifestFacts& facts : image.facts) facts_[facts.digest] = facts;
  }
  Client::KnownFacts AsKnown() {
    return [this](const Digest& digest, Client::KnownDone done) {
      asked.push_back(digest);
      const auto found = facts_.find(digest);
      done(found == facts_.end() ? std::nullopt : std::optional(found->second));
    };
  }
  std::vector<Digest> asked;

 private:
  std::map<Digest, ManifestFacts> facts_;
};

TEST_F(ImageFetchTest, WhatIsKnownByDigestIsNotFetched) {
  const Digest amd = builder_.Image(ImageFor("linux/amd64"));
  const Digest index = builder_.Index({amd}, SampleFormat::oci);
  builder_.Tag("v1", index);
  ServeBuilt();
  Memory memory;
  const FetchedImage first = MustFetch("v1", memory.AsKnown());
  EXPECT_THAT(memory.asked, ::testing::ElementsAre(index, amd));
  memory.Remember(first);

  const FetchedImage by_tag = MustFetch("v1", memory.AsKnown());
  EXPECT_EQ(by_tag.manifest_gets, 1u);
  EXPECT_EQ(by_tag.blob_gets, 0u);
  EXPECT_EQ(by_tag.facts, first.facts);

  server_.ForgetRequests();
  const FetchedImage by_digest = MustFetch(index.ToString(), memory.AsKnown());
  EXPECT_EQ(by_digest.manifest_gets, 0u);
  EXPECT_EQ(by_digest.facts, first.facts);
  EXPECT_EQ(by_digest.digest, index);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(ImageFetchTest, FactsOfAnotherInterpreterAreReadAgain) {
  const Digest amd = builder_.Image(ImageFor("linux/amd64"));
  ServeBuilt();
  FetchedImage old = MustFetch(amd.ToString());
  old.facts[0].interpreter = kInterpreterVersion + 1;
  Memory memory;
  memory.Remember(old);
  EXPECT_EQ(MustFetch(amd.ToString(), memory.AsKnown()).facts[0].interpreter, kInterpreterVersion);
}

TEST_F(ImageFetchTest, AnswersAboutWhatIsKnownMayComeLate) {
  const Digest amd = builder_.Image(ImageFor("linux/amd64"));
  builder_.Tag("v1", amd);
  ServeBuilt();
  std::promise<Client::KnownDone> asked;
  std::promise<FetchResult<FetchedImage>> result;
  client_->Manifest(
      "v1", [&asked](const Digest&, Client::KnownDone done) { asked.set_value(std::move(done)); }, {},
      [&result](auto image) { result.set_value(std::move(image)); });
  const Client::KnownDone done = asked.get_future().get();
  std::promise<void> posted;
  ManifestFacts facts;
  facts.digest = amd;
  facts.image_id = "sha256:from-the-other-fetch";
  // On the loop's thread, as the contract says: there a second call is answered.
  client_->Head("v1", {}, {}, [&](auto) { done(facts); });
  const auto image = result.get_future().get();
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->facts[0].image_id, "sha256:from-the-other-fetch");
  EXPECT_EQ(image->blob_gets, 0u);
}

}  // namespace
}  // namespace larder
