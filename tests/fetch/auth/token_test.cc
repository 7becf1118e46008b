#include "auth/token.h"

#include <gmock/gmock.h>

#include <string>

#include "http/base64.h"
#include "support/corpus.h"

namespace larder {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Time kNow{seconds(1'700'000'000)};

TokenKey Key(std::string realm, std::string scope = "repository:a/b:pull") {
  TokenKey key;
  key.realm = std::move(realm);
  key.service = "registry.docker.io";
  key.scope = std::move(scope);
  return key;
}

TEST(TokenRequestTest, AsksByGetWithEachScopeOnItsOwn) {
  const auto request =
      TokenByGet(Key("https://auth.example/token?x=1", "repository:a:pull  repository:b:pull"), "larder", std::nullopt);
  EXPECT_EQ(request.url,
            "https://auth.example/"
            "token?x=1&service=registry.docker.io&scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull"
            "&client_id=larder");
  EXPECT_TRUE(request.headers.empty());
}

TEST(TokenRequestTest, LeavesOutWhatIsEmpty) {
  TokenKey key;
  key.realm = "https://auth.example/token";
  EXPECT_EQ(TokenByGet(key, "larder", std::nullopt).url, "https://auth.example/token?client_id=larder");
}

TEST(TokenTest, LivesFromTheRequestOnWhateverTheServersClockSays) {
  const auto token = ReadToken(R"({"token":"t","expires_in":300,"issued_at":"1999-01-01T00:00:00Z"})", kNow);
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(token->text, "t");
  EXPECT_EQ(token->expires, kNow + seconds(300));
  EXPECT_EQ(token->RefreshAt(), kNow + seconds(270));
}

TEST(TokenTest, LivesAreClipped) {
  for (const auto& [said, life] : std::initializer_list<std::pair<const char*, Duration>>{{"1", seconds(60)},
                                                                                          {"-5", seconds(60)},
                                                                                          {"0", seconds(60)},
                                                                                          {"59.9", seconds(60)},
                                                                                          {"90", seconds(90)},
                                                                                          {"\"300\"", seconds(60)},
                                                                                          {"null", seconds(60)},
                                                                                          {"1e1000", hours(24)},
                                                                                          {"99999999999", hours(24)}}) {
    const auto token = ReadToken(R"({"access_token":"t","expires_in":)" + std::string(said) + "}", kNow);
    ASSERT_TRUE(token.has_value()) << said;
    EXPECT_EQ(token->expires - kNow, life) << said;
  }
  EXPECT_EQ(ReadToken(R"({"token":"t"})", kNow)->RefreshAt(), kNow + seconds(54));
}

// Azure says nothing of the life beside the token.
TEST(TokenTest, WithoutALifeTheTokensOwnIsTaken) {
  const std::string payload = EncodeBase64(R"({"iat":1000000000,"exp":1000003600})");
  const std::string jwt = "e30." + payload.substr(0, payload.find('=')) + ".c2ln";
  EXPECT_EQ(ReadToken(R"({"access_token":")" + jwt + "\"}", kNow)->expires, kNow + hours(1));
  EXPECT_EQ(ReadToken(R"({"access_token":")" + jwt + R"(","expires_in":120})", kNow)->expires, kNow + seconds(120));
  EXPECT_EQ(ReadToken(R"({"access_token":"e30.e30.x"})", kNow)->expires, kNow + seconds(60));
}

TEST(TokenTest, ReadsTheCorpus) {
  const auto corpus = larder::testing::CorpusDir();
  if (!corpus) GTEST_SKIP() << "skipped: no corpus";
  int tokens = 0;
  int refused = 0;
  for (const auto& entry : larder::testing::CorpusEntries(*corpus, "token")) {
    const auto token = ReadToken(larder::testing::ReadFile(*corpus / entry.path), kNow);
    const bool good =
        entry.path.find("trailing-data") == std::string::npos && entry.path.find("dotnet") == std::string::npos;
    EXPECT_EQ(token.has_value(), good) << entry.path;
    if (token) {
      EXPECT_FALSE(token->text.empty());
      EXPECT_GE(token->expires, kNow + seconds(60)) << entry.path;
    } else {
      EXPECT_EQ(token.error().code, Errc::unavailable);
    }
    ++(token ? tokens : refused);
  }
  EXPECT_GE(tokens, 10);
  EXPECT_EQ(refused, 2);
}

}  // namespace
}  // namespace larder
