// Tokens: asked for once, shared, renewed in time.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "fetch/auth/auth_test.h"

namespace larder {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using BearerTest = AuthTest;

TEST_F(BearerTest, AnonymousRequestsGetAToken) {
  UseBearer("", ",scope=\"repository:user/image:pull\"");
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  ASSERT_EQ(tokens_.requests().size(), 1u);
  const auto asked = tokens_.requests()[0];
  EXPECT_EQ(asked.query, "service=registry.test&scope=repository%3Ateam%2Fapp%3Apull&client_id=larder")
      << "its own scope";
  EXPECT_EQ(asked.Find("authorization"), std::nullopt);
  EXPECT_EQ(registry_.count("GET", "/v2/"), 1u);
}

TEST_F(BearerTest, AThousandRefreshesNeedOneTokenAndNoRefusalBeyondTheFirst) {
  UseBearer();
  for (int round = 0; round < 8; ++round) {
    std::vector<std::pair<http::Request, AuthContext>> wishes;
    for (int i = 0; i < 125; ++i) {
      wishes.emplace_back(
          http::Request(http::Method::head, registry_.url("/v2/team/app/manifests/" + std::to_string(i))),
          Pull(User("u", "p")));
    }
    for (const auto& answer : FetchAll(std::move(wishes))) EXPECT_EQ(answer->status, 200);
  }
  EXPECT_EQ(tokens_.requests().size(), 1u);
  EXPECT_EQ(registry_.requests().size(), 1001u) << "the ping, and each of them once";
}

TEST_F(BearerTest, ACredentialGoesToTheTokenServerOnly) {
  UseBearer();
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pa:ss"))), 200);
  ASSERT_EQ(tokens_.requests().size(), 1u);
  EXPECT_EQ(tokens_.requests()[0].Find("authorization"), "Basic " + EncodeBase64("user:pa:ss"));
  EXPECT_THAT(tokens_.requests()[0].query, HasSubstr("account=user"));
  for (const auto& asked : registry_.requests()) {
    EXPECT_THAT(asked.Find("authorization").value_or(""), Not(HasSubstr("Basic")));
  }
}

TEST_F(BearerTest, TokensAreKeptBySubject) {
  UseBearer();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(StatusOf(Manifest("1", "a"), Pull(std::nullopt, "a")), 200);
    EXPECT_EQ(StatusOf(Manifest("1", "b"), Pull(std::nullopt, "b")), 200);
    EXPECT_EQ(StatusOf(Manifest("1", "a"), Pull(User("u", "p"), "a")), 200);
    EXPECT_EQ(StatusOf(Manifest("1", "a"), Pull(User("v", "p"), "a")), 200);
  }
  EXPECT_EQ(tokens_.requests().size(), 4u);
  EXPECT_EQ(registry_.count("GET", "/v2/"), 1u);
}

TEST_F(BearerTest, ATokenIsRenewedAheadOfItsEnd) {
  UseBearer();
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  timers_.Advance(seconds(260));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(tokens_.requests().size(), 1u);
  timers_.Advance(seconds(11));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(tokens_.requests().size(), 2u) << "a tenth of 300 s ahead";
}

TEST_F(BearerTest, ALifeThatIsNotSaidIsAMinute) {
  UseBearer();
  for (const char* life : {"", R"(,"expires_in":1)", R"(,"expires_in":null)"}) {
    Start(AuthOptions());
    tokens_.ForgetRequests();
    tokens_.On("GET", "/token", [this, life](const Asked&) { return IssueToken(life); });
    EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
    timers_.Advance(seconds(52));
    EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
    EXPECT_EQ(tokens_.requests().size(), 1u) << life;
    timers_.Advance(seconds(3));
    EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
    EXPECT_EQ(tokens_.requests().size(), 2u) << life;
  }
}

TEST_F(BearerTest, AnOldTokenServesWhileTheTokenServerIsAway) {
  UseBearer();
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  timers_.Advance(seconds(275));
  Reply gone;
  gone.raw = "";
  gone.close = true;
  tokens_.On("GET", "/token", gone);
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  timers_.Advance(seconds(30));
  const auto answer = Fetch(Manifest(), Pull());
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
}

TEST_F(BearerTest, ARevokedTokenIsReplacedOnce) {
  UseBearer();
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  RevokeAll();
  timers_.Advance(minutes(1));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(tokens_.requests().size(), 2u);
}

TEST_F(BearerTest, ManyRequestsWithARevokedTokenShareTheNewOne) {
  UseBearer();
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  RevokeAll();
  timers_.Advance(minutes(1));
  std::vector<std::pair<http::Request, AuthContext>> wishes;
  for (int i = 0; i < 50; ++i) wishes.emplace_back(Manifest(std::to_string(i)), Pull());
  for (const auto& answer : FetchAll(std::move(wishes))) EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(tokens_.requests().size(), 2u);
}

// aws/containers: public.ecr.aws answers an expired bearer with 400 DENIED; some proxies with 403.
TEST_F(BearerTest, AnExpiredTokenMayBeAnsweredWith400Or403) {
  UseBearer();
  for (const int status : {400, 403}) {
    for (const http::Method method : {http::Method::get, http::Method::head}) {
      registry_.Otherwise([this, status](const Asked& asked) {
        Reply reply = IfBearer(asked);
        if (reply.status == 401 && asked.Find("authorization")) {
          return Reply(status, R"({"errors":[{"code":"DENIED","message":"Your Authorization Token is invalid."}]})");
        }
        return reply;
      });
      http::Request request = Manifest();
      request.method = method;
      EXPECT_EQ(StatusOf(request, Pull()), 200);
      RevokeAll();
      timers_.Advance(minutes(1));
      EXPECT_EQ(StatusOf(request, Pull()), 200) << status;
    }
  }
}

TEST_F(BearerTest, NoMoreThanOneRepetition) {
  UseBearer();
  for (const int status : {401, 403, 400}) {
    registry_.Otherwise([this, status](const Asked& asked) {
      if (asked.path == "/v2/") return Unauthorized();
      return Reply(status, R"({"errors":[{"code":"DENIED"}]})", {{"WWW-Authenticate", challenge_}});
    });
    registry_.ForgetRequests();
    EXPECT_EQ(StatusOf(Manifest(), Pull()), status);
    EXPECT_EQ(registry_.count("GET", "/v2/team/app/manifests/1"), 1u) << "a token that is new is not the reason";
    timers_.Advance(minutes(1));
    EXPECT_EQ(StatusOf(Manifest(), Pull()), status);
    EXPECT_EQ(registry_.count("GET", "/v2/team/app/manifests/1"), 3u);
  }
}

TEST_F(BearerTest, ABadDocumentIsNoReasonToRepeat) {
  UseBearer();
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  timers_.Advance(minutes(1));
  registry_.On("GET", "/v2/team/app/manifests/1", Reply(400, R"({"errors":[{"code":"MANIFEST_INVALID"}]})"));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 400);
  registry_.On("GET", "/v2/team/app/manifests/1", Reply(403, "<html>blocked</html>"));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 403);
  EXPECT_EQ(registry_.count("GET", "/v2/team/app/manifests/1"), 3u);
}

TEST_F(BearerTest, A401WithoutChallengeKeepsTheOneOfThePing) {
  UseBearer();
  registry_.Otherwise([this](const Asked& asked) {
    Reply reply = IfBearer(asked);
    if (asked.path != "/v2/") reply.headers.clear();
    return reply;
  });
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  RevokeAll();
  timers_.Advance(minutes(1));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
}

TEST_F(BearerTest, AChallengeThatComesOnlyWithTheRequestIsEnough) {
  UseBearer();
  registry_.On("GET", "/v2/", Reply(200, "{}"));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(registry_.count("GET", "/v2/team/app/manifests/1"), 3u) << "refused once";
  EXPECT_EQ(tokens_.requests().size(), 1u);
}

TEST_F(BearerTest, ARegistryThatKnowsTheRepositoryByAnotherNameGetsItsScope) {
  UseBearer();
  registry_.Otherwise([this](const Asked& asked) {
    const bool allowed = asked.Find("authorization") == "Bearer proxied";
    if (allowed) return Reply(200, "{}");
    const std::string scope = asked.path == "/v2/" ? "" : ",scope=\"repository:hub/library/app:pull\"";
    return Reply(401, "", {{"WWW-Authenticate", challenge_ + scope}});
  });
  tokens_.On("GET", "/token", [](const Asked& asked) {
    const bool rewritten = asked.query.find("repository%3Ahub%2Flibrary%2Fapp%3Apull") != std::string::npos;
    return Reply(200,
                 rewritten ? R"({"token":"proxied","expires_in":300})" : R"({"token":"useless","expires_in":300})");
  });
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(tokens_.requests().size(), 2u);
  EXPECT_EQ(StatusOf(Manifest("2"), Pull()), 200);
  EXPECT_EQ(tokens_.requests().size(), 2u);
  EXPECT_EQ(registry_.count("GET", "/v2/team/app/manifests/2"), 1u) << "it is remembered";
}

TEST_F(BearerTest, AnIdentityTokenIsPostedAndItsSuccessorUsed) {
  UseBearer();
  Credential credential;
  credential.identity_token = "refresh+1";
  tokens_.On("POST", "/token", [this](const Asked&) {
    Reply reply = IssueToken();
    reply.body.pop_back();
    reply.body += R"(,"refresh_token":"refresh+2"})";
    return reply;
  });
  EXPECT_EQ(StatusOf(Manifest(), Pull(credential)), 200);
  ASSERT_EQ(tokens_.requests().size(), 1u);
  EXPECT_EQ(tokens_.requests()[0].body,
            "grant_type=refresh_token&service=registry.test&client_id=larder&scope=repository%3Ateam%2Fapp%3Apull"
            "&refresh_token=refresh%2B1");
  EXPECT_EQ(tokens_.requests()[0].Find("authorization"), std::nullopt);
  timers_.Advance(minutes(10));
  EXPECT_EQ(StatusOf(Manifest(), Pull(credential)), 200);
  EXPECT_THAT(tokens_.requests()[1].body, HasSubstr("refresh_token=refresh%2B2"));
}

TEST_F(BearerTest, AServerThatKnowsNoPostIsAskedByGet) {
  UseBearer();
  Credential credential;
  credential.username = "00000000-0000-0000-0000-000000000000";
  credential.identity_token = "id";
  for (const int status : {404, 405}) {
    Start(AuthOptions());
    tokens_.ForgetRequests();
    tokens_.On("POST", "/token", Reply(status, "no"));
    EXPECT_EQ(StatusOf(Manifest(), Pull(credential)), 200);
    ASSERT_EQ(tokens_.requests().size(), 2u);
    EXPECT_EQ(tokens_.requests()[1].Find("authorization"), "Basic " + EncodeBase64(credential.username + ":id"));
  }
}

TEST_F(BearerTest, AReadyTokenIsSentAsItIs) {
  UseBearer();
  valid_.insert("Bearer ready");
  Credential credential;
  credential.registry_token = "ready";
  EXPECT_EQ(StatusOf(Manifest(), Pull(credential)), 200);
  EXPECT_EQ(tokens_.requests().size(), 0u);
}

TEST_F(BearerTest, AStopEndsTheWaitAndOthersGetTheToken) {
  UseBearer();
  std::stop_source stop;
  tokens_.On("GET", "/token", [this, &stop](const Asked&) {
    stop.request_stop();  // from the server's thread, while two wait for the token
    Reply reply = IssueToken();
    reply.delay = milliseconds(50);
    return reply;
  });
  std::vector<std::optional<Result<http::Response>>> answers(2);
  int left = 2;
  const auto done = [&] {
    if (--left == 0) loop_.Stop();
  };
  StartFetch(Manifest(), Pull(), stop.get_token(), answers[0], done);
  StartFetch(Manifest(), Pull(), std::stop_token(), answers[1], done);
  loop_.Run();
  ASSERT_FALSE(answers[0]->has_value());
  EXPECT_EQ(answers[0]->error().code, Errc::cancelled);
  EXPECT_EQ((*answers[1])->status, 200);
  EXPECT_EQ(tokens_.requests().size(), 1u);
}

TEST_F(BearerTest, WhatTheTokenServerAnswersInRefusingIsTheAnswer) {
  UseBearer();
  for (const auto& [status, read_as] : std::initializer_list<std::pair<int, int>>{
           {401, 401}, {403, 403}, {404, 401}, {400, 401}, {429, 429}, {500, 500}, {503, 503}, {301, 401}}) {
    tokens_.On("GET", "/token", Reply(status, R"({"details":"no"})"));
    const auto answer = Fetch(Manifest(), Pull());
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->status, read_as) << status;
    EXPECT_THAT(answer->url, HasSubstr(tokens_.host()));
  }
  EXPECT_EQ(registry_.count("GET", "/v2/team/app/manifests/1"), 0u);
}

TEST_F(BearerTest, AnAnswerWithoutATokenIsAnError) {
  UseBearer();
  for (const char* body :
       {"", "<html>", "{}", R"({"access_token":""})", R"({"token":7})", "{\"token\":\"a\\r\\nX: y\"}"}) {
    tokens_.On("GET", "/token", Reply(200, body));
    const auto answer = Fetch(Manifest(), Pull());
    ASSERT_FALSE(answer.has_value()) << body;
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_THAT(answer.error().message, AllOf(HasSubstr("answers no token"), HasSubstr(tokens_.host())));
  }
}

TEST_F(BearerTest, AHostThatIsBannedAtThePingAnswersThat) {
  UseBearer();
  registry_.On("GET", "/v2/", Reply(429, "", {{"Retry-After", "60"}}));
  const auto answer = Fetch(Manifest(), Pull());
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 429);
  EXPECT_EQ(answer->Find("retry-after"), "60");
  EXPECT_EQ(registry_.requests().size(), 1u);
}

TEST_F(BearerTest, AnUnclearPingIsAskedAgainLater) {
  UseBearer();
  registry_.On("GET", "/v2/", Reply(404, "what?"));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(registry_.count("GET", "/v2/"), 1u);
  timers_.Advance(minutes(11));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(registry_.count("GET", "/v2/"), 2u);
}

TEST_F(BearerTest, AHostThatIsAwayIsAnError) {
  const auto answer = Fetch(http::Request(http::Method::get, "http://127.0.0.1:1/v2/x/manifests/1"), Pull());
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
}

TEST_F(BearerTest, GoesOnAfterADayWithANewPing) {
  UseBearer();
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  timers_.Advance(hours(25));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_EQ(registry_.count("GET", "/v2/"), 2u);
}

TEST_F(BearerTest, DestroyedBeforeItsSessionItLetsEverybodyGo) {
  UseBearer();
  Reply stalled;
  stalled.stall = true;
  tokens_.On("GET", "/token", stalled);
  // One asks for a token, the others wait for it or for their turn to try the credential.
  std::vector<std::optional<Result<http::Response>>> answers(6);
  std::size_t left = answers.size();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::string repository = "repo" + std::to_string(i / 2);
    StartFetch(Manifest("1", repository), Pull(User("u", "p"), repository), std::stop_token(), answers[i], [&] {
      if (--left == 0) loop_.Stop();
    });
  }
  const auto look = [&](auto& self) -> void {
    if (tokens_.requests().empty()) {
      timers_.At(timers_.Now() + milliseconds(5), [&] { self(self); });
      return;
    }
    authorizer_.reset();
    session_.reset();
  };
  look(look);
  loop_.Run();
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.has_value());
    ASSERT_FALSE(answer->has_value());
    EXPECT_EQ(answer->error().code, Errc::cancelled);
  }
  EXPECT_EQ(tokens_.requests().size(), 1u);
}

}  // namespace
}  // namespace larder
