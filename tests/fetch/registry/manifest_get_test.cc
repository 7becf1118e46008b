#include "registry/manifest_get.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "larder/sample_builder.h"
#include "registry/media_type.h"
#include "remote_fixture.h"

namespace larder {
namespace {

using ::testing::HasSubstr;

class HeadTest : public RemoteFixture {
 protected:
  HeadTest() : repository_(samples::MakeUniformRepository("x", 1)) {}
  const samples::SampleTag& tag() const { return repository_.tags.front(); }
  const samples::SampleBlob& blob() const { return repository_.blobs.at(tag().digest); }
  std::string path() const { return Path("manifests/" + tag().tag); }
  const samples::SampleRepository repository_;
};

TEST_F(HeadTest, AnswersDigestTypeAndSize) {
  Serve(repository_);
  const auto head = Head(tag().tag);
  ASSERT_TRUE(head.has_value()) << head.error().error.message;
  EXPECT_EQ(head->digest, tag().digest);
  EXPECT_EQ(head->media_type, "application/vnd.oci.image.manifest.v1+json");
  EXPECT_EQ(head->size, blob().bytes.size());
  EXPECT_EQ(server_.count("GET", path()), 0u);
}

TEST_F(HeadTest, HeadAndGetAcceptTheSame) {
  Serve(repository_);
  ASSERT_TRUE(Head(tag().tag).has_value());
  ASSERT_TRUE(Manifest(tag().tag).has_value());
  int manifests = 0;
  for (const auto& request : server_.requests()) {
    if (request.path != path()) continue;
    ++manifests;
    EXPECT_EQ(request.Find("Accept"), std::string(kAcceptManifests));
  }
  EXPECT_EQ(manifests, 2);
}

TEST_F(HeadTest, AHostThatSendsNoDigestIsAskedByGetFromThenOn) {
  for (const auto& header : {std::pair("ETag", "W/\"0123\""), std::pair("Docker-Content-Digest", "sha256:nonsense")}) {
    StartNetwork({});
    server_.ForgetRequests();
    server_.On("GET", path(), Reply(200, blob().bytes, {{"Content-Type", blob().media_type}}));
    server_.On("HEAD", path(), Reply(200, blob().bytes, {{header.first, header.second}}));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Head(tag().tag)->digest, tag().digest) << header.second;
    EXPECT_EQ(server_.count("HEAD", path()), 1u);
    EXPECT_EQ(server_.count("GET", path()), 3u);
  }
}

TEST_F(HeadTest, OneAnswerWithoutADigestIsForgivenToAHostThatSendsThem) {
  Serve(repository_);
  EXPECT_EQ(Head(tag().tag)->digest, tag().digest);
  server_.On("HEAD", path(), Reply(200, blob().bytes));
  EXPECT_TRUE(Head(tag().tag)->digest.empty());
  EXPECT_EQ(server_.count("GET", path()), 0u);
}

TEST_F(HeadTest, AnETagThatIsADigestStandsInForTheHeader) {
  server_.On("HEAD", path(), Reply(200, blob().bytes, {{"ETag", "\"" + tag().digest.ToString() + "\""}}));
  EXPECT_EQ(Head(tag().tag)->digest, tag().digest);
}

TEST_F(HeadTest, AHostThatDoesNotAnswerHeadIsAskedByGetFromThenOn) {
  for (const int status : {404, 405, 501}) {
    StartNetwork({});
    server_.ForgetRequests();
    server_.On("GET", path(), Document(blob(), tag().digest));
    server_.On("HEAD", path(), Reply(status));
    const auto first = Head(tag().tag);
    ASSERT_TRUE(first.has_value()) << first.error().error.message;
    EXPECT_EQ(first->digest, tag().digest);
    EXPECT_EQ(first->size, blob().bytes.size());
    EXPECT_EQ(Head(tag().tag)->digest, tag().digest);
    EXPECT_EQ(server_.count("HEAD", path()), 1u) << status;
    EXPECT_EQ(server_.count("GET", path()), 2u) << status;
  }
}

TEST_F(HeadTest, AHostWithoutHeadSendsNothingWhereTheTagStillPointsAtWhatIsKnown) {
  server_.On("HEAD", path(), Reply(405));
  server_.On("GET", path(), [this](const testing::ScriptedRequest& request) {
    const auto wanted = request.Find("If-None-Match");
    return wanted == "\"" + tag().digest.ToString() + "\"" ? Reply(304) : Document(blob(), tag().digest);
  });
  const auto first = Head(tag().tag);
  ASSERT_TRUE(first.has_value()) << first.error().error.message;
  EXPECT_EQ(first->heads, 1u);
  EXPECT_EQ(first->manifest_gets, 1u);
  EXPECT_FALSE(server_.requests().back().Find("If-None-Match").has_value()) << "nothing was known";
  const auto same = Head(tag().tag, tag().digest);
  ASSERT_TRUE(same.has_value()) << same.error().error.message;
  EXPECT_EQ(same->digest, tag().digest);
  EXPECT_EQ(same->heads, 0u);
  EXPECT_EQ(same->manifest_gets, 1u);
  const Digest before = Digest::Parse("sha256:" + std::string(64, 'b')).value();
  const auto moved = Head(tag().tag, before);
  ASSERT_TRUE(moved.has_value()) << moved.error().error.message;
  EXPECT_EQ(moved->digest, tag().digest);
  EXPECT_EQ(moved->size, blob().bytes.size());
}

TEST_F(HeadTest, A304ThatNobodyAskedForIsTheHostsFault) {
  server_.On("*", path(), Reply(304));
  const auto head = Head(tag().tag);
  ASSERT_FALSE(head.has_value());
  EXPECT_EQ(head.error().blame, Blame::host);
}

TEST_F(HeadTest, AFailedOneSaysWhatItCost) {
  server_.On("HEAD", path(), Reply(405));
  server_.On("GET", path(), Reply(500));
  const auto head = Head(tag().tag);
  ASSERT_FALSE(head.has_value());
  EXPECT_EQ(head.error().heads, 1u);
  EXPECT_EQ(head.error().manifest_gets, 1u);
}

TEST_F(HeadTest, A404IsCheckedByGetUntilTheHostAnsweredOneHead) {
  const std::string gone = Path("manifests/gone");
  auto head = Head("gone");
  ASSERT_FALSE(head.has_value());
  EXPECT_EQ(head.error().error.code, Errc::not_found);
  EXPECT_EQ(head.error().blame, Blame::tag);
  EXPECT_EQ(server_.count("GET", gone), 1u);
  Serve(repository_);
  ASSERT_TRUE(Head(tag().tag).has_value());
  head = Head("gone");
  ASSERT_FALSE(head.has_value());
  EXPECT_EQ(head.error().error.code, Errc::not_found);
  EXPECT_EQ(head.error().http_status, 404);
  EXPECT_EQ(server_.count("HEAD", gone), 2u);
  EXPECT_EQ(server_.count("GET", gone), 1u);
}

TEST_F(HeadTest, OtherRefusalsAreErrors) {
  server_.On("HEAD", path(), Reply(500));
  const auto head = Head(tag().tag);
  ASSERT_FALSE(head.has_value());
  EXPECT_EQ(head.error().blame, Blame::host);
  EXPECT_EQ(server_.count("GET", path()), 0u);
  EXPECT_THAT(head.error().error.message, HasSubstr("manifest v0.0.0 of " + server_.host() + "/team/app"));
}

}  // namespace
}  // namespace larder
