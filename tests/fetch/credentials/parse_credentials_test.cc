#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "http/base64.h"
#include "larder/credentials.h"

namespace larder {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Credential Read(std::string_view entry) {
  const std::string text = R"({"auths":{"example.org":)" + std::string(entry) + "}}";
  const auto credentials = ParseCredentials("test", text);
  EXPECT_TRUE(credentials.has_value()) << text;
  if (!credentials) return {};
  return credentials->For(*ImageName::Parse("example.org/app")).value_or(Credential());
}

std::string Auth(std::string_view bytes) { return R"({"auth":")" + EncodeBase64(bytes) + R"("})"; }

TEST(ParseCredentialsTest, SplitsAuthAtTheFirstColonAndTrimsNuls) {
  Credential credential = Read(Auth("user:pa:ss"));
  EXPECT_EQ(credential.username, "user");
  EXPECT_EQ(credential.password, "pa:ss");
  EXPECT_EQ(credential.provenance, "test");
  EXPECT_EQ(Read(Auth(std::string_view("user:pass\0\0", 11))).password, "pass");
  EXPECT_EQ(Read(Auth("user:pass\n")).password, "pass\n") << "a line end may be meant";
  EXPECT_EQ(Read(Auth("user:")).username, "user");
}

TEST(ParseCredentialsTest, TakesNamesInAnyCase) {
  Credential credential = Read(R"({"Username":"u","PASSWORD":"p"})");
  EXPECT_EQ(credential.username, "u");
  EXPECT_EQ(credential.password, "p");
  EXPECT_EQ(Read(R"({"IdentityToken":"t"})").identity_token, "t");
  const auto auths = ParseCredentials("test", R"({"Auths":{"example.org":{"Auth":"dTpw"}}})");
  ASSERT_TRUE(auths.has_value());
  EXPECT_THAT(auths->Hosts(), ElementsAre("example.org"));
}

TEST(ParseCredentialsTest, TakesTokens) {
  Credential credential = Read(R"({"auth":"MDAwOg==","identitytoken":"id","registrytoken":"reg"})");
  EXPECT_EQ(credential.username, "000");
  EXPECT_EQ(credential.password, "");
  EXPECT_EQ(credential.identity_token, "id");
  EXPECT_EQ(credential.registry_token, "reg");
}

TEST(ParseCredentialsTest, AuthGoesBeforeUserAndPasswordUnlessItCannotBeRead) {
  EXPECT_EQ(Read(R"({"auth":"dXNlcjpwYXNz","username":"foo","password":"bar"})").username, "user");
  EXPECT_EQ(Read(R"({"auth":"!","username":"foo","password":"bar"})").username, "foo");
}

TEST(ParseCredentialsTest, ReadsTheBareMap) {
  const auto credentials = ParseCredentials("old", R"({"https://example.org/v1/":{"auth":"dTpw","email":"x"}})");
  ASSERT_TRUE(credentials.has_value());
  EXPECT_EQ(credentials->ToString(), "{example.org: u from old}");
}

TEST(ParseCredentialsTest, AConfigWithoutCredentialsIsEmpty) {
  for (const char* text :
       {"{}", R"({"auths":{}})", R"({"auths":null})", R"({"credsStore":"x","HttpHeaders":{"A":"b"}})",
        R"({"auths":{"example.org":{}}})", R"({"auths":{"example.org":null}})"}) {
    std::vector<std::string> warnings;
    const auto credentials = ParseCredentials("test", text, &warnings);
    ASSERT_TRUE(credentials.has_value()) << text;
    EXPECT_TRUE(credentials->empty()) << text;
    EXPECT_THAT(warnings, IsEmpty()) << text;
  }
}

TEST(ParseCredentialsTest, OneBadEntryDoesNotHideTheOthers) {
  std::vector<std::string> warnings;
  const auto credentials = ParseCredentials(
      "secret ns/name",
      R"({"auths":{"a.org":{"auth":"hunter2!"},"b.org":{"auth":"aHVudGVyMg=="},"c.org":7,"":{"auth":"dTpw"},"d.org":{"auth":"dTpw"}}})",
      &warnings);
  ASSERT_TRUE(credentials.has_value());
  EXPECT_THAT(credentials->Hosts(), ElementsAre("d.org"));
  ASSERT_THAT(warnings, SizeIs(4));
  EXPECT_EQ(warnings[0], "secret ns/name: the entry of \"a.org\" has an auth that is not base64: not used");
  EXPECT_THAT(warnings[1], HasSubstr("\"b.org\" has an auth that is not user:password"));
  for (const std::string& warning : warnings) EXPECT_THAT(warning, Not(HasSubstr("hunter2")));
}

TEST(ParseCredentialsTest, OfSeveralSpellingsTheUsualOneCounts) {
  const auto one =
      ParseCredentials("test", R"({"auths":{"http://example.org":{"username":"http"},"example.org":{"username":"bare"},
      "https://example.org":{"username":"https"}}})");
  EXPECT_EQ(one->For(*ImageName::Parse("example.org/x"))->username, "bare");
  const auto hub =
      ParseCredentials("test", R"({"auths":{"index.docker.io":{"username":"index"},"docker.io":{"username":"short"},
      "https://index.docker.io/v1/":{"username":"login"}}})");
  EXPECT_EQ(hub->For(*ImageName::Parse("alpine"))->username, "login");
}

TEST(ParseCredentialsTest, WhatIsNoConfigIsRefusedWithItsProvenanceAndNoSecret) {
  for (const char* text :
       {"", "{", "hunter2", "[]", R"("hunter2")", R"({"auth":"hunter2"})", R"({"email":false})",
        R"({"auths":"hunter2"})", R"({"auths":["hunter2"]})", R"({"auths":{"a":{"auth":"hunter2"})"}) {
    const auto credentials = ParseCredentials("secret ns/name", text);
    ASSERT_FALSE(credentials.has_value()) << text;
    EXPECT_EQ(credentials.error().code, Errc::invalid_argument);
    EXPECT_THAT(credentials.error().message, HasSubstr("secret ns/name is not a docker config: "));
    EXPECT_THAT(credentials.error().message, Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace larder
