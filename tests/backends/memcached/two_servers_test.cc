#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "directory.h"
#include "harness.h"

namespace larder::memcached {
namespace {

constexpr int kKeys = 300;
constexpr std::chrono::milliseconds kTimeout{1000};

class MemcachedTwoServersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    for (auto* server : {&first_, &second_}) {
      *server = StartServer();
      ASSERT_NE(*server, nullptr);
    }
    store_ = MustOpen(OptionsFor({first_->endpoint(), second_->endpoint()}, kTimeout));
    ASSERT_NE(store_, nullptr);
    WriteBatch batch;
    for (int i = 0; i < kKeys; i += 2) batch.Put(ImageKey(i), Record(ImageKey(i)));
    WriteAll(*store_, batch);
    const auto servers = ParseAddresses(std::vector{first_->endpoint(), second_->endpoint()}).value();
    const auto ring = Ring::Make(servers).value();
    for (int i = 0; i < kKeys; ++i) {
      keys_.push_back(ImageKey(i));
      on_first_.push_back(servers[ring.ServerOf(TextOf(ImageKey(i)))].ToString() == first_->endpoint());
    }
  }

  std::string Want(std::size_t i, bool first_lost) const {
    if (first_lost && on_first_[i]) return "unavailable";
    return i % 2 == 0 ? "hit" : "not_found";
  }

  void ExpectGetMany(bool first_lost) {
    std::vector<std::string> outcomes(keys_.size());
    store_->OpenReader().value()->GetMany(keys_,
                                          [&](std::size_t i, const auto& record) { outcomes[i] = Outcome(record); });
    for (std::size_t i = 0; i < keys_.size(); ++i) ASSERT_EQ(outcomes[i], Want(i, first_lost)) << i;
  }

  void ExpectGets(bool first_lost) {
    for (std::size_t i = 0; i < keys_.size(); ++i) ASSERT_EQ(GetOutcome(*store_, keys_[i]), Want(i, first_lost)) << i;
  }

  Server1 first_, second_;
  std::unique_ptr<Store> store_;
  std::vector<Key> keys_;
  std::vector<bool> on_first_;
};

TEST_F(MemcachedTwoServersTest, BothHoldAShareAndTogetherEverything) {
  const auto share = std::ranges::count(on_first_, true);
  EXPECT_GT(share, kKeys / 8);
  EXPECT_LT(share, kKeys * 7 / 8);
  ExpectGetMany(false);
  ExpectGets(false);
  const auto stats = store_->Stats().value();
  EXPECT_EQ(stats.records, static_cast<std::uint64_t>(kKeys / 2));
  EXPECT_EQ(stats.engine.size(), 2u);
}

TEST_F(MemcachedTwoServersTest, WhereOneIsKilledTheOthersHalfAnswersAndTheLostHalfIsUnavailable) {
  first_->Kill();
  ExpectGetMany(true);
  ExpectGets(true);
  const auto stats = store_->Stats();
  ASSERT_TRUE(stats.has_value());
  EXPECT_LT(stats->records, static_cast<std::uint64_t>(kKeys / 2));
  EXPECT_EQ(stats->engine.size(), 2u);
}

TEST_F(MemcachedTwoServersTest, WhereOneIsStoppedTheOthersHalfAnswersAndTheLostHalfIsUnavailable) {
  first_->Pause();
  const Stopwatch stopwatch;
  ExpectGetMany(true);
  ExpectGets(true);
  EXPECT_LT(stopwatch.elapsed(), kTimeout * 10);
}

TEST_F(MemcachedTwoServersTest, ABatchIsWrittenToTheServerThatAnswers) {
  first_->Kill();
  WriteBatch batch;
  for (const Key& key : keys_) batch.Put(key, Record(key, 40));
  const auto results = store_->Write(batch, {.now = kNow}).value();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    ASSERT_EQ(Outcome(results[i]), on_first_[i] ? "unavailable" : "hit") << i;
    if (!on_first_[i]) {
      ASSERT_EQ(GetOutcome(*store_, keys_[i]), "hit");
    }
  }
}

TEST_F(MemcachedTwoServersTest, AScanOfHalfTheRecordsIsAnError) {
  first_->Kill();
  const auto scanned =
      store_->OpenReader().value()->Scan({}, [](const Key&, std::span<const std::byte>) { return ScanAction::go_on; });
  EXPECT_EQ(Outcome(scanned), "unavailable");
}

}  // namespace
}  // namespace larder::memcached
