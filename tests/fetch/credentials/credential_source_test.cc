#include "larder/credential_source.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace larder {
namespace {

// Answers what it is told, and counts.
class FakeSource final : public CredentialSource {
 public:
  explicit FakeSource(Answer answer) : answer_(std::move(answer)) {}
  void CredentialFor(const ImageName&, std::stop_token, Done done) override {
    ++asked;
    done(answer_);
  }
  int asked = 0;

 private:
  Answer answer_;
};

Credential UserNamed(std::string name) {
  Credential credential;
  credential.username = std::move(name);
  return credential;
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
  const auto none = std::make_shared<FakeSource>(std::nullopt);
  const auto one = std::make_shared<FakeSource>(UserNamed("one"));
  const auto two = std::make_shared<FakeSource>(UserNamed("two"));
  EXPECT_EQ((*Ask(*MakeSourceChain({none, nullptr, one, two})))->username, "one");
  EXPECT_EQ(none->asked, 1);
  EXPECT_EQ(two->asked, 0);
  EXPECT_EQ(*Ask(*MakeSourceChain({none})), std::nullopt);
  EXPECT_EQ(*Ask(*MakeSourceChain({})), std::nullopt);
}

TEST(CredentialSourceTest, AnErrorEndsTheChain) {
  const auto embargo = std::make_shared<FakeSource>(Fail(Errc::unavailable, "no token now"));
  const auto other = std::make_shared<FakeSource>(UserNamed("other"));
  const auto answer = Ask(*MakeSourceChain({embargo, other}));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(other->asked, 0);
}

}  // namespace
}  // namespace larder
