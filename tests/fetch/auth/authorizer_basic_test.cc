// Basic authorization, and credentials that are refused.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "fetch/auth/auth_test.h"

namespace larder {
namespace {

using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using BasicTest = AuthTest;

TEST_F(BasicTest, IsSentFromTheFirstRequestOn) {
  UseBasic("user", "pass");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
  EXPECT_EQ(registry_.requests().size(), 21u) << "and the ping";
}

TEST_F(BasicTest, NothingIsSentToAHostThatAsksForNothing) {
  registry_.Otherwise([](const Asked& asked) { return Reply(asked.Find("authorization") ? 500 : 200, "{}"); });
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
}

TEST_F(BasicTest, WithoutACredentialThe401IsTheAnswer) {
  UseBasic("user", "pass");
  const auto answer = Fetch(Manifest(), Pull());
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 401);
  EXPECT_THAT(answer->body, HasSubstr("UNAUTHORIZED"));
  EXPECT_EQ(registry_.count("GET", "/v2/team/app/manifests/1"), 1u);
}

TEST_F(BasicTest, ARefusedCredentialIsNotSentAgainForAWhile) {
  UseBasic("user", "right");
  const Credential wrong = User("user", "wr0ng");
  EXPECT_EQ(StatusOf(Manifest(), Pull(wrong)), 401);
  registry_.ForgetRequests();
  for (int i = 0; i < 5; ++i) {
    const auto answer = Fetch(Manifest("1", "other/app"), Pull(wrong, "other/app"));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Errc::permission_denied);
    EXPECT_THAT(answer.error().message,
                AllOf(HasSubstr("from the test"), HasSubstr("not sent again before"), Not(HasSubstr("wr0ng"))));
  }
  EXPECT_EQ(registry_.requests().size(), 0u);
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "right"))), 200) << "another one is";
  timers_.Advance(minutes(5));
  EXPECT_EQ(StatusOf(Manifest(), Pull(wrong)), 401);
}

TEST_F(BasicTest, AWrongPasswordIsTriedOnceHoweverManyWaitForIt) {
  UseBasic("user", "right");
  std::vector<std::pair<http::Request, AuthContext>> wishes;
  for (int i = 0; i < 30; ++i) {
    const std::string repository = "repo" + std::to_string(i);
    wishes.emplace_back(Manifest("1", repository), Pull(User("user", "wrong"), repository));
  }
  int refused = 0;
  for (const auto& answer : FetchAll(std::move(wishes))) {
    if (answer) {
      EXPECT_EQ(answer->status, 401);
      ++refused;
    } else {
      EXPECT_EQ(answer.error().code, Errc::permission_denied);
    }
  }
  EXPECT_EQ(refused, 1);
}

TEST_F(BasicTest, ARightPasswordIsTriedByOneAndThenUsedByAll) {
  UseBasic("user", "right");
  std::vector<std::pair<http::Request, AuthContext>> wishes;
  for (int i = 0; i < 30; ++i) wishes.emplace_back(Manifest(std::to_string(i)), Pull(User("user", "right")));
  for (const auto& answer : FetchAll(std::move(wishes))) EXPECT_EQ(answer->status, 200);
}

TEST_F(BasicTest, ACredentialThatWasAcceptedIsNotBlamedForARepository) {
  UseBasic("user", "pass");
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
  registry_.On("GET", "/v2/secret/app/manifests/1", [this](const Asked&) { return Unauthorized(); });
  EXPECT_EQ(StatusOf(Manifest("1", "secret/app"), Pull(User("user", "pass"), "secret/app")), 401);
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
}

TEST_F(BasicTest, ATokenServersRefusalIsRememberedToo) {
  UseBearer();
  tokens_.On("GET", "/token", Reply(401, "{}"));
  std::vector<std::pair<http::Request, AuthContext>> wishes;
  for (int i = 0; i < 10; ++i) {
    const std::string repository = "repo" + std::to_string(i);
    wishes.emplace_back(Manifest("1", repository), Pull(User("user", "wr0ng"), repository));
  }
  int refused = 0;
  for (const auto& answer : FetchAll(std::move(wishes))) refused += answer ? 1 : 0;
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(tokens_.requests().size(), 1u);
  const auto answer = Fetch(Manifest(), Pull(User("user", "wr0ng")));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::permission_denied);
  EXPECT_THAT(answer.error().message,
              AllOf(HasSubstr(tokens_.host()), HasSubstr("from the test"), Not(HasSubstr("wr0ng"))));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 401) << "anonymous requests still go";
  EXPECT_EQ(tokens_.requests().size(), 2u);
}

TEST_F(BasicTest, ARefusalForOneScopeIsRememberedForThatScope) {
  UseBearer();
  tokens_.On("GET", "/token", [this](const Asked& asked) {
    return asked.query.find("secret") != std::string::npos ? Reply(403, "{}") : IssueToken();
  });
  const Credential user = User("user", "pass");
  EXPECT_EQ(StatusOf(Manifest("1", "secret"), Pull(user, "secret")), 403);
  EXPECT_EQ(StatusOf(Manifest("1", "secret"), Pull(user, "secret")), 0);
  EXPECT_EQ(StatusOf(Manifest(), Pull(user)), 200);
  EXPECT_EQ(tokens_.requests().size(), 2u);
}

TEST_F(BasicTest, OfBasicAndBearerTheTokenIsTaken) {
  UseBearer();
  challenge_ += ", Basic realm=\"x\"";
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
  for (const auto& asked : registry_.requests()) {
    EXPECT_THAT(asked.Find("authorization").value_or(""), Not(HasSubstr("Basic")));
  }
}

TEST_F(BasicTest, AHostThatChangesItsMindIsFollowed) {
  UseBasic("user", "pass");
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
  UseBearer();
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
  EXPECT_EQ(tokens_.requests().size(), 1u);
}

TEST_F(BasicTest, ASchemeThatIsNotSpokenLeavesThe401) {
  challenge_ = "Negotiate";
  registry_.Otherwise([this](const Asked&) { return Unauthorized(); });
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 401);
  Credential identity;
  identity.identity_token = "id";
  challenge_ = "Basic realm=\"x\"";
  Start(AuthOptions());
  EXPECT_EQ(StatusOf(Manifest(), Pull(identity)), 401) << "an identity token is no password";
}

}  // namespace
}  // namespace larder
