// Servers that are killed, stopped and started again in the middle of work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "harness.h"
#include "support/free_port.h"

namespace larder::memcached {
namespace {

constexpr std::chrono::milliseconds kServerTimeout{1000};
// What "at once" is at most, for many calls together: far below one timeout each.
constexpr int kCalls = 50;

class MemcachedOutageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    server_ = StartServer();
    ASSERT_NE(server_, nullptr);
    auto options = OptionsFor({server_->endpoint()}, kServerTimeout);
    options.log = [this](LogLevel, std::string_view message) {
      const std::lock_guard lock(mutex_);
      log_.emplace_back(message);
    };
    store_ = MustOpen(options);
    ASSERT_NE(store_, nullptr);
    ASSERT_EQ(Outcome(Put(*store_, ImageKey(1), Record(ImageKey(1)))), "hit");
    ASSERT_EQ(GetOutcome(*store_, ImageKey(1)), "hit");
  }

  void ExpectUnavailableAtOnce() {
    const Stopwatch stopwatch;
    for (int i = 0; i < kCalls; ++i) ASSERT_EQ(GetOutcome(*store_, ImageKey(1)), "unavailable");
    EXPECT_LT(stopwatch.elapsed(), kServerTimeout * kCalls / 10);
  }

  // Until each of the server's threads has answered what it was asked before.
  void AwaitAnswers() const {
    std::vector<RawClient> clients;
    for (int i = 0; i < 4; ++i) clients.emplace_back(server_->endpoint());
    for (int round = 0; round < 3; ++round) {
      for (RawClient& client : clients) ASSERT_THAT(client.Ask("version"), ::testing::StartsWith("VERSION"));
    }
  }

  std::vector<std::string> Logged() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  Server1 server_;
  std::unique_ptr<Store> store_;
  std::mutex mutex_;
  std::vector<std::string> log_;
};

TEST_F(MemcachedOutageTest, AKilledServerIsUnavailableAtOnceAndWorksWithTheFirstCallAfterItsReturn) {
  server_->Kill();
  ExpectUnavailableAtOnce();
  EXPECT_EQ(Outcome(Put(*store_, ImageKey(2), Record(ImageKey(2)))), "unavailable");
  EXPECT_EQ(Outcome(PutIfAbsent(*store_, ImageKey(2), Record(ImageKey(2)))), "unavailable");
  EXPECT_EQ(Outcome(store_->Stats()), "unavailable");
  ASSERT_TRUE(server_->Restart().has_value());
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "not_found");
  EXPECT_EQ(Outcome(Put(*store_, ImageKey(1), Record(ImageKey(1)))), "hit");
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "hit");
}

TEST_F(MemcachedOutageTest, ARestartBetweenTwoCallsIsNotNoticed) {
  ASSERT_TRUE(server_->Restart().has_value());
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "not_found");
  ASSERT_TRUE(server_->Restart().has_value());
  EXPECT_EQ(Outcome(Put(*store_, ImageKey(1), Record(ImageKey(1)))), "hit");
  ASSERT_TRUE(server_->Restart().has_value());
  EXPECT_EQ(Outcome(PutIfAbsent(*store_, ImageKey(1), Record(ImageKey(1)))), "hit");
  EXPECT_THAT(Logged(), ::testing::IsEmpty());
}

TEST_F(MemcachedOutageTest, AStoppedServerCostsOneTimeoutAndThenNothing) {
  server_->Pause();
  const Stopwatch stopwatch;
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "unavailable");
  EXPECT_GE(stopwatch.elapsed(), kServerTimeout * 9 / 10);
  EXPECT_LT(stopwatch.elapsed(), kServerTimeout * 2);
  ExpectUnavailableAtOnce();
  EXPECT_EQ(Outcome(Put(*store_, ImageKey(2), Record(ImageKey(2)))), "unavailable");
  server_->Resume();
  AwaitAnswers();
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "hit");
}

TEST_F(MemcachedOutageTest, AStoppedServerDoesNotHoldUpManyThreads) {
  server_->Pause();
  const Stopwatch stopwatch;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 24; ++t) {  // three times the connections
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) EXPECT_EQ(GetOutcome(*store_, ImageKey(i)), "unavailable");
    });
  }
  threads.clear();
  EXPECT_LT(stopwatch.elapsed(), kServerTimeout * 2);
}

TEST_F(MemcachedOutageTest, AServerThatWasStoppedKilledAndStartedAgainWorksWithTheFirstCall) {
  server_->Pause();
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "unavailable");
  server_->Kill();
  ExpectUnavailableAtOnce();
  ASSERT_TRUE(server_->Restart().has_value());
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "not_found");
}

TEST_F(MemcachedOutageTest, GetManyDoesNotCallALostServersKeysMisses) {
  const std::vector<Key> keys = {ImageKey(1), ImageKey(2), ImageKey(3)};
  const auto reader = store_->OpenReader().value();
  const auto outcomes = [&] {
    std::vector<std::string> all(keys.size());
    reader->GetMany(keys, [&](std::size_t i, const auto& record) { all[i] = Outcome(record); });
    return all;
  };
  EXPECT_THAT(outcomes(), ::testing::ElementsAre("hit", "not_found", "not_found"));
  server_->Pause();
  EXPECT_THAT(outcomes(), ::testing::Each("unavailable"));
  server_->Resume();
  AwaitAnswers();
  EXPECT_THAT(outcomes(), ::testing::ElementsAre("hit", "not_found", "not_found"));
  server_->Kill();
  EXPECT_THAT(outcomes(), ::testing::Each("unavailable"));
  ASSERT_TRUE(server_->Restart().has_value());
  EXPECT_THAT(outcomes(), ::testing::Each("not_found"));
}

TEST_F(MemcachedOutageTest, EachChangeIsLoggedOnce) {
  server_->Pause();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "unavailable");
  server_->Resume();
  AwaitAnswers();
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "hit");
  server_->Kill();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "unavailable");
  ASSERT_TRUE(server_->Restart().has_value());
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "not_found");
  const std::string who = "memcached " + server_->endpoint();
  EXPECT_THAT(Logged(), ::testing::ElementsAre(who + " does not answer", who + " answers again",
                                               who + " cannot be reached", who + " answers again"));
}

TEST(MemcachedNoServerTest, OpensAndIsUnavailable) {
  const testing::RefusingPort port;
  auto store = MustOpen(OptionsFor({"127.0.0.1:" + std::to_string(port.port())}));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(GetOutcome(*store, ImageKey(1)), "unavailable");
  RecordBuf buffer;
  EXPECT_THAT(store->Get(ImageKey(1), buffer).error().message, ::testing::HasSubstr(std::to_string(port.port())));
}

}  // namespace
}  // namespace larder::memcached
