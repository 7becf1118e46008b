// Where credentials and requests must not go.
#include <gmock/gmock.h>

#include <string>

#include "fetch/auth/auth_test.h"

namespace larder {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AuthSafetyTest : public AuthTest {
 protected:
  static void ExpectNoCredential(const testing::ScriptedServer& server) {
    for (const auto& asked : server.requests()) {
      EXPECT_EQ(asked.Find("authorization").value_or("").find("Basic"), std::string::npos) << asked.target;
      EXPECT_THAT(asked.query + asked.body, Not(HasSubstr("user"))) << asked.target;
    }
  }
  testing::ScriptedServer other_;
};

TEST_F(AuthSafetyTest, ARealmMayBeRelative) {
  UseBearer("/auth/token");
  registry_.On("GET", "/auth/token", [this](const Asked&) { return IssueToken(); });
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
  EXPECT_EQ(registry_.count("GET", "/auth/token"), 1u);
}

TEST_F(AuthSafetyTest, ARealmKeepsItsQuery) {
  UseBearer(tokens_.url("/token?tenant=a"));
  EXPECT_EQ(StatusOf(Manifest(), Pull()), 200);
  EXPECT_THAT(tokens_.requests()[0].query, ::testing::StartsWith("tenant=a&service=registry.test&scope="));
}

TEST_F(AuthSafetyTest, ARealmThatIsNoAddressIsRefused) {
  for (const char* realm : {"ftp://127.0.0.1/token", "http:///token", "http://user:pw@127.0.0.1/token"}) {
    Start(AuthOptions());
    UseBearer(realm);
    const auto answer = Fetch(Manifest(), Pull());
    ASSERT_FALSE(answer.has_value()) << realm;
    EXPECT_EQ(answer.error().code, Errc::permission_denied);
    EXPECT_THAT(answer.error().message, HasSubstr("cannot be used"));
  }
}

TEST_F(AuthSafetyTest, AChallengeOfAHostThatWasRedirectedToGetsNoCredential) {
  UseBearer();
  registry_.On("GET", "/v2/", Reply(200, "{}"));
  registry_.On("GET", "/v2/team/app/manifests/1", Reply(307, "", {{"Location", other_.url("/mirror/1")}}));
  other_.Otherwise([this](const Asked& asked) { return IfBearer(asked); });
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200) << "an anonymous token is asked for";
  EXPECT_EQ(tokens_.requests().size(), 1u);
  ExpectNoCredential(tokens_);
  ExpectNoCredential(other_);
}

TEST_F(AuthSafetyTest, AnotherHostsBasicChallengeIsLeftAlone) {
  challenge_ = "Basic realm=\"phishing\"";
  registry_.On("GET", "/v2/", Reply(200, "{}"));
  registry_.Otherwise([this](const Asked&) { return Reply(302, "", {{"Location", other_.url("/x")}}); });
  other_.Otherwise([this](const Asked&) { return Unauthorized(); });
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 401);
  ExpectNoCredential(other_);
}

// A redirect of /v2/ itself may not turn another host's challenge into the registry's.
TEST_F(AuthSafetyTest, APingThatIsRedirectedGivesNoRealm) {
  UseBearer(tokens_.url("/token"));
  registry_.Otherwise([this](const Asked& asked) { return Reply(302, "", {{"Location", other_.url(asked.target)}}); });
  other_.Otherwise([this](const Asked& asked) { return IfBearer(asked); });
  EXPECT_EQ(StatusOf(Manifest(), Pull(User("user", "pass"))), 200);
  ExpectNoCredential(tokens_);
  ExpectNoCredential(other_);
  ExpectNoCredential(registry_);
}

TEST_F(AuthSafetyTest, ThePingTellsWhereTheRegistryReallyIs) {
  registry_.On("GET", "/v2/", Reply(301, "", {{"Location", other_.url("/v2/")}}));
  other_.On("GET", "/v2/", Reply(401, "", {{"WWW-Authenticate", "Basic realm=\"x\""}}));
  EXPECT_EQ(Base(registry_.url("/v2/team/app/tags/list")), "http://" + other_.host());
  EXPECT_EQ(Base(registry_.url()), "http://" + other_.host());
  EXPECT_EQ(registry_.count("GET", "/v2/"), 1u);
}

TEST_F(AuthSafetyTest, WithoutARedirectToAnotherV2TheRegistryIsWhereItIs) {
  registry_.On("GET", "/v2/", Reply(302, "", {{"Location", other_.url("/login")}}));
  other_.Otherwise([](const Asked&) { return Reply(200, "<html>"); });
  EXPECT_EQ(Base(registry_.url()), "http://" + registry_.host());
  EXPECT_EQ(Base("http://127.0.0.1:1/").error().code, Errc::unavailable);
  EXPECT_EQ(Base("ftp://x/").error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace larder
