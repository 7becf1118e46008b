#include "larder/credential_source.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "support/fake_credential_source.h"

namespace larder {
namespace {

using testing::FakeCredentialSource;

Credential UserNamed(std::string name) {
  Credential credential;
  credential.username = std::move(name);
  return credential;
}

std::shared_ptr<FakeCredentialSource> Source(CredentialSource::Answer answer) {
  return std::make_shared<FakeCredentialSource>(std::move(answer));
}

CredentialSource::Answer Ask(CredentialSource& source, std::string_view image = "quay.io/a/b") {
  std::optional<CredentialSource::Answer> got;
  source.CredentialFor(*ImageName::Parse(image), {}, [&](CredentialSource::Answer answer) { got = std::move(answer); });
  return *got;
}

TEST(CredentialSourceTest, AStaticOneKnowsItsHosts) {
  Credentials credentials;
  credentials.Add("quay.io", UserNamed("robot"));
  const auto source = MakeStaticSource(credentials);
  EXPECT_EQ((*Ask(*source))->username, "robot");
  EXPECT_EQ(*Ask(*source, "ghcr.io/a/b"), std::nullopt);
}

TEST(CredentialSourceTest, AChainStopsAtTheFirstThatHasSomethingToSay) {
  const auto none = Source(std::nullopt);
  const auto one = Source(UserNamed("one"));
  const auto two = Source(UserNamed("two"));
  EXPECT_EQ((*Ask(*MakeSourceChain({none, nullptr, one, two})))->username, "one");
  EXPECT_EQ(none->asked, 1);
  EXPECT_EQ(two->asked, 0);
  EXPECT_EQ(*Ask(*MakeSourceChain({none})), std::nullopt);
  EXPECT_EQ(*Ask(*MakeSourceChain({})), std::nullopt);
}

TEST(CredentialSourceTest, AnErrorEndsTheChain) {
  const auto embargo = Source(Fail(Errc::unavailable, "no token now"));
  const auto other = Source(UserNamed("other"));
  const auto answer = Ask(*MakeSourceChain({embargo, other}));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(other->asked, 0);
}

}  // namespace
}  // namespace larder
