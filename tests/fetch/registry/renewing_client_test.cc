#include "registry/renewing_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "larder/testing/fake_registry.h"
#include "support/fake_credential_source.h"
#include "support/virtual_timers.h"

namespace larder {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

// A client whose credential lasts 60 seconds, and a source that has the next one: "u1", "u2", ...
class RenewingClientTest : public ::testing::Test {
 protected:
  RenewingClientTest() {
    registry_.SetTag("quay.io/a/b", "v1", testing::FakeImage(1, Timestamp()));
    Credentials first;
    first.Add("quay.io", Lasting("u0"));
    client_ = Make(first);
  }
  Credential Lasting(std::string user) const {
    Credential credential;
    credential.username = std::move(user);
    credential.expires = timers_.Now() + seconds(60);
    return credential;
  }
  std::unique_ptr<Client> Make(const Credentials& credentials) {
    return MakeRenewingClient(registry_, source_, timers_, *ImageName::Parse("quay.io/a/b"), credentials,
                              Urgency::background)
        .value();
  }
  void Head(std::stop_token stop = {}) {
    client_->Head("v1", {}, std::move(stop), [this](FetchResult<HeadResult> head) {
      answers_.push_back(head.has_value() ? "ok" : std::string(ErrcName(head.error().error.code)));
      if (!head.has_value()) blames_.push_back(head.error().blame);
    });
  }
  std::vector<std::string> Users() const {
    std::vector<std::string> users;
    for (const auto& call : registry_.calls()) users.push_back(call.user);
    return users;
  }

  testing::VirtualTimers timers_;
  testing::FakeRegistry registry_{[this](std::function<void()> fn) { timers_.Post(std::move(fn)); }};
  std::optional<Error> refusal_;
  std::shared_ptr<testing::FakeCredentialSource> source_ =
      std::make_shared<testing::FakeCredentialSource>([this](const ImageName&) -> CredentialSource::Answer {
        if (refusal_.has_value()) return std::unexpected(*refusal_);
        return Lasting("u" + std::to_string(source_->asked));
      });
  std::unique_ptr<Client> client_;
  std::vector<std::string> answers_;
  std::vector<Blame> blames_;
};

TEST_F(RenewingClientTest, TheSourceIsAskedAgainWhenItsAnswerHasEnded) {
  Head();
  timers_.Advance(seconds(54));
  Head();
  timers_.Advance(seconds(1));  // what ends within the margin has ended
  Head();
  Head();
  timers_.Advance(seconds(120));
  Head();
  timers_.RunReady();
  EXPECT_THAT(Users(), ElementsAre("u0", "u0", "u1", "u1", "u2"));
  EXPECT_THAT(answers_, ElementsAre("ok", "ok", "ok", "ok", "ok"));
  EXPECT_EQ(source_->asked, 2) << "once for all who wait";
}

TEST_F(RenewingClientTest, WhatIsUnderWayEndsByTheOldOne) {
  Head();
  timers_.Jump(seconds(60));
  Head();
  timers_.RunReady();
  EXPECT_THAT(Users(), ElementsAre("u0", "u1"));
  EXPECT_THAT(answers_, ElementsAre("ok", "ok"));
}

TEST_F(RenewingClientTest, ItsErrorEndsTheCallsAndTheNextOnesAskAgain) {
  refusal_ = Error{Errc::unavailable, "no token now", timers_.Now() + std::chrono::hours(1)};
  timers_.Advance(seconds(60));
  Head();
  timers_.RunReady();
  EXPECT_THAT(answers_, ElementsAre("unavailable"));
  EXPECT_THAT(blames_, ElementsAre(Blame::credential));
  EXPECT_TRUE(registry_.calls().empty()) << "nor as anybody";
  refusal_.reset();
  Head();
  timers_.RunReady();
  EXPECT_THAT(Users(), ElementsAre("u2"));
}

TEST_F(RenewingClientTest, AStopEndsItsCallAtOnceAndTheSearchGoesOnForTheOthers) {
  timers_.Advance(seconds(60));
  source_->Hold();
  std::stop_source stop;
  Head(stop.get_token());
  Head();
  stop.request_stop();
  timers_.RunReady();
  EXPECT_THAT(answers_, ElementsAre("cancelled"));
  EXPECT_THAT(blames_, ElementsAre(Blame::none));
  source_->Release();
  timers_.RunReady();
  EXPECT_THAT(answers_, ElementsAre("cancelled", "ok"));
  EXPECT_THAT(Users(), ElementsAre("u1"));
}

TEST_F(RenewingClientTest, TheStopOfTheLastOneEndsTheSearch) {
  timers_.Advance(seconds(60));
  source_->Hold();
  std::stop_source stop, other;
  Head(stop.get_token());
  Head(other.get_token());
  stop.request_stop();
  other.request_stop();
  timers_.RunReady();
  EXPECT_THAT(answers_, ElementsAre("cancelled", "cancelled"));
  source_->Release();
  timers_.RunReady();
  EXPECT_EQ(source_->asked, 1) << "nobody waits";
  EXPECT_TRUE(registry_.calls().empty());
}

TEST_F(RenewingClientTest, WhoComesAfterTheStopIsNotEndedByIt) {
  timers_.Advance(seconds(60));
  source_->Hold();
  std::stop_source stop;
  Head(stop.get_token());
  stop.request_stop();
  timers_.RunReady();
  Head();
  source_->Release();  // the old question ends as cancelled
  timers_.RunReady();
  EXPECT_THAT(answers_, ElementsAre("cancelled", "ok"));
  EXPECT_THAT(Users(), ElementsAre("u2"));
}

TEST_F(RenewingClientTest, OneCallMayDestroyItWhileOthersWait) {
  refusal_ = Error{Errc::unavailable, "no token now"};
  timers_.Advance(seconds(60));
  std::vector<std::string> when_destroyed;
  client_->Head("v1", {}, {}, [&](const FetchResult<HeadResult>&) {
    client_.reset();
    when_destroyed = answers_;
  });
  Head();
  Head();
  timers_.RunReady();
  EXPECT_THAT(when_destroyed, ElementsAre("cancelled", "cancelled")) << "before the destructor returned";
  EXPECT_EQ(answers_.size(), 2U);
}

TEST_F(RenewingClientTest, DestroyingItEndsItsCalls) {
  timers_.Advance(seconds(60));
  source_->Hold();
  Head();
  client_.reset();
  EXPECT_THAT(answers_, ElementsAre("cancelled"));
  source_->Release();
  timers_.RunReady();
  EXPECT_TRUE(registry_.calls().empty());
}

TEST_F(RenewingClientTest, OneThatDoesNotSayItsEndIsKept) {
  Credential credential;
  credential.username = "robot";
  Credentials credentials;
  credentials.Add("quay.io", credential);
  client_ = Make(credentials);
  timers_.Advance(std::chrono::days(30));
  Head();
  timers_.RunReady();
  EXPECT_THAT(Users(), ElementsAre("robot"));
  EXPECT_EQ(source_->asked, 0);
}

}  // namespace
}  // namespace larder
