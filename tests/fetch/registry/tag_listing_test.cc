#include "registry/tag_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/network_parts.h"
#include "registry/remote_repository.h"
#include "remote_fixture.h"

namespace larder {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TagListing : public RemoteFixture {
 protected:
  Reply Page(const std::string& tags, const std::string& link = "") {
    Reply reply = Json(R"({"name":"team/app","tags":[)" + tags + "]}");
    if (!link.empty()) reply.headers.emplace_back("Link", link);
    return reply;
  }
  std::vector<std::string> Listed() const {
    std::vector<std::string> all;
    for (const TagPage& page : pages_) all.insert(all.end(), page.tags.begin(), page.tags.end());
    return all;
  }
  std::string First() const { return Path("tags/list?n=1000"); }
  FetchResult<TagsSummary> TagsWithin(TagLimits limits) {
    std::promise<FetchResult<TagsSummary>> result;
    pages_.clear();
    Network::Parts& parts = network_->parts();
    parts.loop().Post([&] {
      auto shared = std::make_shared<RemoteShared>(parts, DefaultPlatforms());
      const auto name = ImageName::Parse(server_.host() + "/" + kRepository);
      auto repository = std::make_shared<RemoteRepository>(shared, *name, std::nullopt, http::Lane::normal);
      http::Spawn(List(repository, limits, result));
    });
    return result.get_future().get();
  }

 private:
  http::Task<void> List(RemoteRepositoryPtr repository, TagLimits limits,
                        std::promise<FetchResult<TagsSummary>>& result) {
    Client::OnPage page = [this](TagPage tags) { pages_.push_back(std::move(tags)); };
    http::Task<FetchResult<TagsSummary>> listing =
        ListTags(std::move(repository), std::move(page), std::stop_token(), limits);
    FetchResult<TagsSummary> listed = co_await listing;
    result.set_value(std::move(listed));
  }
};

TEST_F(TagListing, FollowsLinksHoweverTheyAreWritten) {
  const std::string links[] = {
      "<" + Path("tags/list?last=b&n=2") + ">; rel=\"next\"",                           // from the root
      "<" + server_.url(Path("tags/list?last=b&n=2")) + ">; rel=next",                  // absolute
      "<https://" + server_.host() + Path("tags/list?last=b&n=2") + ">; rel=\"next\"",  // another scheme
      "<?last=b&n=2>; rel=\"next\"",                                                    // query only
      "<list?last=b&n=2>; rel=\"next\"",                                                // relative to the page
  };
  for (const std::string& link : links) {
    server_.On("GET", First(), Page(R"("a","b")", link));
    server_.On("GET", Path("tags/list?last=b&n=2"), Page(R"("c")"));
    const auto summary = Tags();
    ASSERT_TRUE(summary.has_value()) << link << ": " << summary.error().error.message;
    EXPECT_THAT(Listed(), ElementsAre("a", "b", "c"));
    EXPECT_EQ(summary->pages, 2u);
    EXPECT_EQ(summary->tags, 3u);
  }
}

TEST_F(TagListing, AnOpaqueQueryGoesBackAsItWasWritten) {
  server_.On("GET", First(),
             Page(R"("a")", "</v2/team/app/tags/list?next_page=gAAAAABk%2B%3D%3D&orderby=>; rel=\"next\""));
  server_.On("GET", Path("tags/list?next_page=gAAAAABk%2B%3D%3D&orderby="), Page(R"("b")"));
  ASSERT_TRUE(Tags().has_value());
  EXPECT_THAT(Listed(), ElementsAre("a", "b"));
}

TEST_F(TagListing, CirclesEndAsCorruption) {
  server_.On("GET", First(), Page(R"("a")", "<?n=1&last=a>; rel=\"next\""));
  server_.On("GET", Path("tags/list?n=1&last=a"), Page(R"("b")", "<?n=1000>; rel=\"next\""));
  const auto summary = Tags();
  ASSERT_FALSE(summary.has_value());
  EXPECT_EQ(summary.error().error.code, Errc::corruption);
  EXPECT_EQ(summary.error().blame, Blame::repository);
  EXPECT_THAT(summary.error().error.message, HasSubstr("circles"));
  EXPECT_EQ(server_.count("GET", Path("tags/list")), 2u);
}

TEST_F(TagListing, ALinkToAnotherServerIsNotFollowed) {
  testing::ScriptedServer other;
  server_.On("GET", First(), Page(R"("a")", "<" + other.url(Path("tags/list?n=1")) + ">; rel=\"next\""));
  const auto summary = Tags();
  ASSERT_FALSE(summary.has_value());
  EXPECT_EQ(summary.error().blame, Blame::repository);
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(TagListing, AsksForLessWhereTheRegistryRefusesAndRemembersIt) {
  server_.On("GET", Path("tags/list"), Page(R"("a")"));
  server_.On("GET", First(),
             Reply(405, R"({"errors":[{"code":"UNSUPPORTED","message":"Invalid parameter maxResults"}]})"));
  ASSERT_TRUE(Tags().has_value());
  EXPECT_EQ(server_.requests().back().query, "n=100");
  ASSERT_TRUE(Tags().has_value());
  server_.On("GET", Path("tags/list?n=100"), Reply(413, "too many"));
  ASSERT_TRUE(Tags().has_value());
  EXPECT_EQ(server_.requests().back().query, "");
  server_.ForgetRequests();
  ASSERT_TRUE(Tags().has_value());
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(TagListing, WhereEveryNumberIsRefusedTheLastAnswerIsTheError) {
  server_.On("GET", Path("tags/list"), Reply(400, R"({"errors":[{"code":"NAME_INVALID","message":"no"}]})"));
  const auto summary = Tags();
  ASSERT_FALSE(summary.has_value());
  EXPECT_EQ(server_.count("GET", Path("tags/list")), 3u);
  EXPECT_EQ(summary.error().http_status, 400);
  EXPECT_EQ(summary.error().blame, Blame::repository);
  EXPECT_THAT(summary.error().error.message, HasSubstr("NAME_INVALID: no"));
}

TEST_F(TagListing, AListingCutShortIsAnErrorWhateverCameBefore) {
  server_.On("GET", First(), Page(R"("a")", "<?n=1&last=a>; rel=\"next\""));
  server_.On("GET", Path("tags/list?n=1&last=a"), Reply(405, "Invalid next token"));
  const auto summary = Tags();
  ASSERT_FALSE(summary.has_value());
  EXPECT_EQ(summary.error().http_status, 405);
  EXPECT_THAT(Listed(), ElementsAre("a"));
}

TEST_F(TagListing, BadTagsAreSkippedAndCounted) {
  server_.On("GET", First(), Page(R"("a",null,"sha256:0123","b")"));
  const auto summary = Tags();
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->tags, 2u);
  EXPECT_EQ(summary->skipped, 2u);
}

struct BlameCase {
  testing::ScriptedReply reply;
  Errc code;
  Blame blame;
  const char* says;
};

TEST_F(TagListing, EachFailureIsChargedToItsCause) {
  const BlameCase cases[] = {
      {Reply(404, R"({"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known"}]})"), Errc::not_found,
       Blame::repository, "NAME_UNKNOWN: repository name not known"},
      {Reply(403, R"({"errors":[{"code":"DENIED"}]})"), Errc::permission_denied, Blame::credential, "403, DENIED"},
      {Reply(200, "<html>maintenance</html>"), Errc::corruption, Blame::repository, "HTML"},
      {Reply(200, R"(["a","b"])"), Errc::corruption, Blame::repository, "not a JSON object"},
      {Reply(503, "<html><h1>Service Unavailable</h1></html>"), Errc::unavailable, Blame::host,
       "503, Service Unavailable"},
      {Reply(429, "<html>Too Many Requests</html>", {{"Retry-After", "3600"}}), Errc::rate_limited, Blame::limit,
       "429, Too Many Requests"},
  };
  for (const BlameCase& c : cases) {
    StartNetwork({});  // a ban of one case is not for the next
    server_.On("GET", Path("tags/list"), c.reply);
    const auto summary = Tags();
    ASSERT_FALSE(summary.has_value()) << c.says;
    EXPECT_EQ(summary.error().error.code, c.code) << c.says;
    EXPECT_EQ(summary.error().blame, c.blame) << c.says;
    EXPECT_THAT(summary.error().error.message, HasSubstr(c.says));
    EXPECT_THAT(summary.error().error.message, HasSubstr("tag list of " + server_.host() + "/team/app"));
    EXPECT_EQ(summary.error().error.retry_at.has_value(), c.blame == Blame::limit);
  }
}

TEST_F(TagListing, NobodyThereIsTheHostsFault) {
  NetworkOptions options;
  options.hosts[server_.host()].connect_to = "127.0.0.1:1";
  StartNetwork(options);
  const auto summary = Tags();
  ASSERT_FALSE(summary.has_value());
  EXPECT_EQ(summary.error().error.code, Errc::unavailable);
  EXPECT_EQ(summary.error().blame, Blame::host);
  EXPECT_EQ(summary.error().http_status, 0);
}

TEST_F(TagListing, ANameThatDoesNotResolveIsTheHostsFault) {
  NetworkOptions options;
  // No label is that long: every resolver says so at once, without a name server.
  options.hosts[server_.host()].connect_to = std::string(64, 'a') + ".example:443";
  StartNetwork(options);
  for (int i = 0; i < 3; ++i) {
    const auto summary = Tags();
    ASSERT_FALSE(summary.has_value());
    EXPECT_EQ(summary.error().error.code, Errc::unavailable);
    EXPECT_EQ(summary.error().blame, Blame::host);
    EXPECT_EQ(summary.error().http_status, 0);
    EXPECT_THAT(summary.error().error.message, HasSubstr("resolve"));
    EXPECT_FALSE(summary.error().error.retry_at.has_value());
  }
  const auto left_alone = Tags();
  ASSERT_FALSE(left_alone.has_value());
  EXPECT_EQ(left_alone.error().blame, Blame::host);
  EXPECT_TRUE(left_alone.error().error.retry_at.has_value()) << "after three in a row";
}

TEST_F(TagListing, RetryAfterOfA503IsObeyed) {
  server_.On("GET", Path("tags/list"), Reply(503, "", {{"Retry-After", "3600"}}));
  const Time before = Now();
  const auto refused = Tags();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().error.code, Errc::unavailable);
  EXPECT_EQ(refused.error().blame, Blame::host);
  EXPECT_GE(refused.error().error.retry_at.value_or(Time()), before + std::chrono::hours(1));
  const std::size_t sent = server_.requests().size();
  const auto inside = Tags();
  ASSERT_FALSE(inside.has_value());
  EXPECT_EQ(inside.error().error.code, Errc::rate_limited);
  EXPECT_GE(inside.error().error.retry_at.value_or(Time()), before + std::chrono::hours(1));
  EXPECT_EQ(server_.requests().size(), sent) << "nothing goes out before";
}

// docker/hub-feedback#1907: lines that end in a line feed alone, or in both kinds by turns.
TEST_F(TagListing, A429WithOddLineBreaksIsABanLikeAnyOther) {
  for (const char* raw :
       {"HTTP/1.1 429 Too Many Requests\nRetry-After: 3600\nContent-Length: 4\nConnection: close\n\nslow",
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\nContent-Length: 4\r\nConnection: close\n\nslow"}) {
    StartNetwork({});
    Reply reply;
    reply.raw = raw;
    reply.close = true;
    server_.On("GET", Path("tags/list"), reply);
    const auto listed = Tags();
    ASSERT_FALSE(listed.has_value());
    EXPECT_EQ(listed.error().error.code, Errc::rate_limited) << listed.error().error.message;
    EXPECT_EQ(listed.error().blame, Blame::limit);
    EXPECT_TRUE(listed.error().error.retry_at.has_value());
    EXPECT_THAT(listed.error().error.message, HasSubstr("slow"));
  }
}

TEST_F(TagListing, PagesAndTagsAreBounded) {
  EXPECT_EQ(TagLimits().pages, 10'000u);
  EXPECT_EQ(TagLimits().tags, 1'000'000u);
  server_.On("GET", Path("tags/list"), [this](const testing::ScriptedRequest& request) {
    // The registry that never ends: each page links to one that was not there yet.
    return Page(R"("a","b")",
                "<?n=1000&last=x" + std::to_string(request.target.size()) + request.query + ">; rel=\"next\"");
  });
  for (const TagLimits& limits : {TagLimits{5, 1000}, TagLimits{1000, 9}}) {
    const auto listed = TagsWithin(limits);
    ASSERT_FALSE(listed.has_value());
    EXPECT_EQ(listed.error().error.code, Errc::too_large);
    EXPECT_EQ(listed.error().blame, Blame::repository);
    EXPECT_EQ(pages_.size(), limits.pages == 5 ? 5u : 4u) << "and no page beyond";
  }
}

TEST_F(TagListing, WarningsOfARegistryAreToldOnce) {
  Reply reply = Page(R"("a")");
  reply.headers.emplace_back("Warning", "299 - \"This registry closes in May\"");
  server_.On("GET", First(), reply);
  ASSERT_TRUE(Tags().has_value());
  ASSERT_TRUE(Tags().has_value());
  EXPECT_THAT(log(), ::testing::Contains(HasSubstr("closes in May")).Times(1));
}

}  // namespace
}  // namespace larder
