#include "credentials/helper_thread.h"

#include <gmock/gmock.h>

#include <future>
#include <string>

#include "credentials/helper.h"
#include "fetch/credentials/helper_scripts.h"
#include "larder/docker_config.h"

namespace larder {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

ChildOutcome Said(std::string output, int status = 0) {
  ChildOutcome outcome;
  outcome.output = std::move(output);
  outcome.status = status;
  return outcome;
}

TEST(HelperAnswerTest, IsACredentialOrNone) {
  auto credential = ReadHelperAnswer("x", Said(R"({"ServerURL":"h","Username":"u","Secret":"s"})"));
  ASSERT_TRUE(credential.has_value() && *credential);
  EXPECT_EQ((*credential)->username, "u");
  EXPECT_EQ((*credential)->password, "s");
  EXPECT_EQ((*credential)->provenance, "docker-credential-x");
  credential = ReadHelperAnswer("x", Said(R"({"Username":"<token>","Secret":"s"})"));
  EXPECT_EQ((*credential)->identity_token, "s");
  EXPECT_EQ((*credential)->username, "");
  EXPECT_EQ(*ReadHelperAnswer("x", Said("credentials not found in native keychain\n", 1)), std::nullopt);
  EXPECT_EQ(*ReadHelperAnswer("x", Said("{}")), std::nullopt);
}

TEST(HelperAnswerTest, AFailureSaysWhatAndNoSecret) {
  struct Case {
    ChildOutcome outcome;
    const char* says;
  };
  ChildOutcome late;
  late.end = ChildOutcome::End::timed_out;
  ChildOutcome much;
  much.end = ChildOutcome::End::too_much;
  for (const Case& c :
       {Case{Said("not logged in\nhunter2", 2), "failed with status 2: not logged in"},
        Case{Said(R"({"Secret":"hunter2")", 1), "failed with status 1"}, Case{Said("hunter2"), "not JSON"},
        Case{Said("\"hunter2\""), "not JSON"}, Case{Said(""), "not JSON"}, Case{late, "did not answer in time"},
        Case{much, "more than 65536 bytes"}}) {
    const auto credential = ReadHelperAnswer("x", c.outcome);
    ASSERT_FALSE(credential.has_value()) << c.says;
    EXPECT_EQ(credential.error().code, Errc::unavailable);
    EXPECT_THAT(credential.error().message,
                AllOf(HasSubstr("docker-credential-x"), HasSubstr(c.says), Not(HasSubstr("hunter2"))));
  }
}

TEST(HelperNameTest, IsNoPathAndNoOption) {
  for (const char* name : {"ecr-login", "pass", "a_B-9"}) EXPECT_TRUE(IsHelperName(name)) << name;
  for (const char* name : {"", "../x", "a b", "a;b", "a/b", "a.b", "\xc3\xa9"})
    EXPECT_FALSE(IsHelperName(name)) << name;
  EXPECT_FALSE(IsHelperName(std::string(300, 'a')));
}

class HelperThreadTest : public ::testing::Test {
 protected:
  void Start(Duration timeout = seconds(20), Duration remember = kHelperCache) {
    helpers_ = std::make_unique<HelperThread>(scripts_.Shared(), timeout, remember);
  }
  std::future<CredentialSource::Answer> StartAsking(const std::string& helper, const std::string& server,
                                                    std::stop_token stop = {}) {
    auto promise = std::make_shared<std::promise<CredentialSource::Answer>>();
    auto future = promise->get_future();
    helpers_->Ask(helper, server, std::move(stop),
                  [promise](CredentialSource::Answer answer) { promise->set_value(std::move(answer)); });
    return future;
  }
  CredentialSource::Answer Ask(const std::string& helper, const std::string& server) {
    return StartAsking(helper, server).get();
  }

  HelperScripts scripts_;
  std::unique_ptr<HelperThread> helpers_;
};

TEST_F(HelperThreadTest, AsksOnceAndRemembers) {
  scripts_.Write("one", "echo \"{\\\"Username\\\":\\\"$host\\\",\\\"Secret\\\":\\\"s\\\"}\"");
  Start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ((*Ask("one", "a.example"))->username, "a.example");
    EXPECT_EQ((*Ask("one", "b.example"))->username, "b.example");
  }
  EXPECT_EQ(scripts_.Calls(), "one get a.example\none get b.example\n");
}

TEST_F(HelperThreadTest, AsksAgainWhenItsTimeIsOver) {
  scripts_.Write("one", "echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
  Start(seconds(20), Duration(0));
  EXPECT_TRUE(Ask("one", "a").has_value());
  EXPECT_TRUE(Ask("one", "a").has_value());
  EXPECT_EQ(scripts_.Calls(), "one get a\none get a\n");
}

TEST_F(HelperThreadTest, ManyWhoWaitForTheSameShareTheAnswer) {
  scripts_.Write("slow", "sleep 0.2; echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
  Start();
  std::vector<std::future<CredentialSource::Answer>> answers;
  for (int i = 0; i < 10; ++i) answers.push_back(StartAsking("slow", "a"));
  for (auto& answer : answers) EXPECT_EQ((*answer.get())->username, "u");
  EXPECT_EQ(scripts_.Calls(), "slow get a\n");
}

TEST_F(HelperThreadTest, FailuresAreRememberedToo) {
  scripts_.Write("bad", "echo broken; exit 7");
  Start();
  for (int i = 0; i < 3; ++i) {
    const auto answer = Ask("bad", "a");
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().message, HasSubstr("status 7: broken"));
  }
  EXPECT_EQ(scripts_.Calls(), "bad get a\n");
  EXPECT_THAT(Ask("missing", "a").error().message, HasSubstr("docker-credential-missing is not in PATH"));
}

TEST_F(HelperThreadTest, OneThatHangsIsStoppedAfterItsTime) {
  scripts_.Write("hangs", "sleep 60");
  scripts_.Write("good", "echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
  Start(milliseconds(300));
  EXPECT_THAT(Ask("hangs", "a").error().message, HasSubstr("did not answer in time"));
  EXPECT_EQ((*Ask("good", "a"))->username, "u");
}

TEST_F(HelperThreadTest, AStopEndsTheWaitAtOnce) {
  scripts_.Write("hangs", "sleep 60");
  Start();
  std::stop_source stop;
  auto running = StartAsking("hangs", "a", stop.get_token());
  auto queued = StartAsking("hangs", "b", stop.get_token());
  stop.request_stop();
  EXPECT_EQ(running.get().error().code, Errc::cancelled);
  EXPECT_EQ(queued.get().error().code, Errc::cancelled);
}

TEST_F(HelperThreadTest, TheEndCancelsWhoWaits) {
  scripts_.Write("hangs", "sleep 60");
  Start();
  auto running = StartAsking("hangs", "a");
  auto queued = StartAsking("hangs", "b");
  helpers_.reset();
  EXPECT_EQ(running.get().error().code, Errc::cancelled);
  EXPECT_EQ(queued.get().error().code, Errc::cancelled);
}

TEST_F(HelperThreadTest, MayEndInsideItsOwnAnswer) {
  scripts_.Write("one", "echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
  Start();
  std::promise<void> done;
  helpers_->Ask("one", "a", {}, [&](CredentialSource::Answer) {
    helpers_.reset();
    done.set_value();
  });
  done.get_future().get();
  EXPECT_EQ(helpers_, nullptr);
}

}  // namespace
}  // namespace larder
