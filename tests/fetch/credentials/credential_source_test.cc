#include "larder/credential_source.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>

#include "credentials/resolve.h"
#include "support/virtual_timers.h"

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

Credential User(std::string name) {
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
  credentials.Add("quay.io", User("robot"));
  const auto source = MakeStaticSource(credentials);
  EXPECT_EQ((*Ask(*source))->username, "robot");
  EXPECT_EQ(*Ask(*source, "ghcr.io/a/b"), std::nullopt);
}

TEST(CredentialSourceTest, AChainStopsAtTheFirstThatHasSomethingToSay) {
  const auto none = std::make_shared<FakeSource>(std::nullopt);
  const auto one = std::make_shared<FakeSource>(User("one"));
  const auto two = std::make_shared<FakeSource>(User("two"));
  EXPECT_EQ((*Ask(*MakeSourceChain({none, nullptr, one, two})))->username, "one");
  EXPECT_EQ(none->asked, 1);
  EXPECT_EQ(two->asked, 0);
  EXPECT_EQ(*Ask(*MakeSourceChain({none})), std::nullopt);
  EXPECT_EQ(*Ask(*MakeSourceChain({})), std::nullopt);
}

TEST(CredentialSourceTest, AnErrorEndsTheChain) {
  const auto embargo = std::make_shared<FakeSource>(Fail(Errc::unavailable, "no token now"));
  const auto other = std::make_shared<FakeSource>(User("other"));
  const auto answer = Ask(*MakeSourceChain({embargo, other}));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(other->asked, 0);
}

// Answers from a thread of its own.
class ThreadedSource final : public CredentialSource {
 public:
  ~ThreadedSource() override {
    if (thread_.joinable()) thread_.join();
  }
  void CredentialFor(const ImageName&, std::stop_token, Done done) override {
    thread_ = std::thread([done = std::move(done)] { done(User("threaded")); });
  }
  void Join() { thread_.join(); }

 private:
  std::thread thread_;
};

http::Task<void> AskInto(std::shared_ptr<CredentialSource> source, http::Timers& timers, std::optional<std::string>& user,
                         std::thread::id& on) {
  http::Task<CredentialSource::Answer> task = AskSource(source, *ImageName::Parse("a/b"), timers, std::stop_token());
  CredentialSource::Answer answer = co_await task;
  user = (*answer)->username;
  on = std::this_thread::get_id();
}

TEST(CredentialSourceTest, ACoroutineGoesOnOnItsOwnThread) {
  testing::VirtualTimers timers;
  const auto source = std::make_shared<ThreadedSource>();
  std::optional<std::string> user;
  std::thread::id on;
  http::Spawn(AskInto(source, timers, user, on));
  source->Join();
  EXPECT_EQ(user, std::nullopt);
  timers.RunReady();
  EXPECT_EQ(user, "threaded");
  EXPECT_EQ(on, std::this_thread::get_id());
}

}  // namespace
}  // namespace larder
