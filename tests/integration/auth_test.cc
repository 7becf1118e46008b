// Registries that want a password, or a token of a token server.
#include <iostream>

#include "integration/stack.h"
#include "support/token_server.h"

namespace larder::testing {
namespace {

constexpr int kTagsBehindAuth = 100;

class AuthTest : public RegistryTest {
 protected:
  void Fill() {
    const auto repository = samples::MakeUniformRepository("private/app", kTagsBehindAuth, 4);
    Put(repository);
    ref_ = ByProxy(repository.name);
    tag_ref_ = ref_ + ":" + repository.tags[7].tag;
  }

  RefreshRequest As(const std::string& user, const std::string& password, const std::string& ref) const {
    Credential credential;
    credential.username = user;
    credential.password = password;
    RefreshRequest request = RequestFor(ref);
    request.credentials.emplace().Add(proxy_->host(), std::move(credential));
    return request;
  }

  static bool IsRefused(const RefreshReport& report) {
    return report.error.has_value() && report.error->code == Errc::permission_denied;
  }

  std::string ref_, tag_ref_;
};

TEST_F(AuthTest, APasswordThatIsRefusedIsNotRepeatedAndCostsNoData) {
  DockerRegistryOptions options;
  options.users = {{"cook", "right"}};
  Serve(std::move(options));
  Fill();
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(IsComplete(stack->Refresh(As("cook", "right", ref_)), kTagsBehindAuth));

  stack.reset();
  proxy_->Forget();
  stack = Open();
  ASSERT_NE(stack, nullptr);
  RefreshReport report = stack->Refresh(As("cook", "wrong", ref_));
  EXPECT_TRUE(IsRefused(report));
  EXPECT_EQ(report.completeness, Completeness::complete) << "the data must stay";
  EXPECT_LE(proxy_->Total(), 2) << "the first look and the listing";
  proxy_->Forget();
  EXPECT_TRUE(IsRefused(stack->Refresh(As("cook", "wrong", ref_))));
  EXPECT_TRUE(IsRefused(stack->Refresh(As("cook", "wrong", tag_ref_))));
  EXPECT_EQ(proxy_->Total(), 0) << "a password that was refused is not sent again";
  auto view = stack->cache().Repository(NameOf(ref_));
  ASSERT_TRUE(view.has_value()) << view.error().ToString();
  EXPECT_NE(view->state().last_error, "");
  EXPECT_TRUE(stack->cache().Image(RefOf(tag_ref_)).has_value());

  EXPECT_TRUE(IsRefused(stack->Refresh(ref_))) << "asked without any credential";
  EXPECT_TRUE(IsComplete(stack->Refresh(As("cook", "right", ref_)), kTagsBehindAuth));
  EXPECT_EQ(stack->cache().Repository(NameOf(ref_))->state().last_error, "");
}

class TokenTest : public AuthTest {
 protected:
  void ServeTokens() {
    TokenServerOptions options;
    options.users = {{"cook", "right"}};
    auto tokens = TokenServer::Start(std::move(options));
    ASSERT_TRUE(tokens.has_value()) << tokens.error().ToString();
    tokens_ = std::move(*tokens);
    DockerRegistryOptions registry;
    registry.token = tokens_->ForRegistry();
    Serve(std::move(registry));
  }
  std::unique_ptr<TokenServer> tokens_;
};

TEST_F(TokenTest, AThousandRefreshesNeedOneToken) {
  constexpr int kMany = 500;
  ServeTokens();
  Put(samples::MakeUniformRepository("private/large", kMany, 4));
  const std::string ref = ByProxy("private/large");
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(IsComplete(stack->Refresh(As("cook", "right", ref)), kMany));
  RefreshRequest again = As("cook", "right", ref);
  again.all = true;
  EXPECT_TRUE(IsComplete(stack->Refresh(std::move(again)), kMany));
  const auto requests = tokens_->requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].account, "cook");
  EXPECT_EQ(requests[0].scopes, std::vector<std::string>{"repository:private/large:pull"});
  std::cout << "counts: token requests for 1,000 refreshes: " << requests.size() << '\n';
}

TEST_F(TokenTest, ARefusalOfTheTokenServerIsNotRepeated) {
  ServeTokens();
  Fill();
  auto stack = Open();
  ASSERT_NE(stack, nullptr);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(IsRefused(stack->Refresh(As("cook", "wrong", ref_))));
  EXPECT_EQ(tokens_->requests().size(), 1U);
  EXPECT_TRUE(IsComplete(stack->Refresh(As("cook", "right", ref_)), kTagsBehindAuth));
}

}  // namespace
}  // namespace larder::testing
