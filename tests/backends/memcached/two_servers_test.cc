// Several servers: each holds its share, and those that are lost cost a call one timeout, however many they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <thread>

#include "directory.h"
#include "harness.h"

namespace larder::memcached {
namespace {

constexpr int kKeys = 300;
// Where a server that runs has to answer within a quarter of it, on a busy machine.
constexpr std::chrono::milliseconds kTimeout{1500};
constexpr std::chrono::milliseconds kStoppedTimeout{1000};

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
  const Stopwatch all_at_once;
  ExpectGetMany(true);
  EXPECT_LT(all_at_once.elapsed(), kTimeout * 2);
  const Stopwatch one_by_one;
  ExpectGets(true);
  EXPECT_LT(one_by_one.elapsed(), kTimeout * 2);
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

// As many servers as the parameter says, all of which stop.
class MemcachedStoppedServersTest : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    for (int i = 0; i < GetParam(); ++i) {
      servers_.push_back(StartServer());
      ASSERT_NE(servers_.back(), nullptr);
      endpoints_.push_back(servers_.back()->endpoint());
    }
    for (int i = 0; i < kKeys; ++i) keys_.push_back(ImageKey(i));
  }

  // "unavailable" where that is the answer for every key; else one that is not.
  std::string GetAll(Store& store) const {
    std::string outcome = "unavailable";
    store.OpenReader().value()->GetMany(keys_, [&](std::size_t, const auto& record) {
      if (Outcome(record) != "unavailable") outcome = Outcome(record);
    });
    return outcome;
  }

  std::string WriteEach(Store& store) const {
    WriteBatch batch;
    for (const Key& key : keys_) batch.Put(key, Record(key, 40));
    for (const Key& key : keys_) batch.Remove(key);
    const auto results = store.Write(batch, {.now = kNow});
    if (!results.has_value()) return results.error().ToString();
    for (const auto& result : *results) {
      if (Outcome(result) != "unavailable") return Outcome(result);
    }
    return "unavailable";
  }

  static std::string ScanAll(Store& store) {
    return Outcome(
        store.OpenReader().value()->Scan({}, [](const Key&, std::span<const std::byte>) { return ScanAction::go_on; }));
  }

  std::vector<Server1> servers_;
  std::vector<std::string> endpoints_;
  std::vector<Key> keys_;
};

TEST_P(MemcachedStoppedServersTest, AnyFirstCallEndsAfterOneTimeoutAndTheNextAtOnce) {
  const struct {
    std::string name;
    std::function<std::string(Store&)> call;
  } calls[] = {
      {"Get", [&](Store& store) { return GetOutcome(store, keys_[0]); }},
      {"GetMany", [&](Store& store) { return GetAll(store); }},
      {"Put", [&](Store& store) { return Outcome(Put(store, keys_[0], Record(keys_[0]))); }},
      {"PutIfAbsent", [&](Store& store) { return Outcome(PutIfAbsent(store, keys_[0], Record(keys_[0]))); }},
      {"Write", [&](Store& store) { return WriteEach(store); }},
      {"Stats", [&](Store& store) { return Outcome(store.Stats()); }},
      {"Scan", [&](Store& store) { return ScanAll(store); }},
  };
  // Each with a store of its own, which has its connections already or has none yet.
  std::vector<std::unique_ptr<Store>> stores;
  for (std::size_t i = 0; i < std::size(calls) * 2; ++i) {
    stores.push_back(MustOpen(OptionsFor(endpoints_, kStoppedTimeout)));
    ASSERT_NE(stores.back(), nullptr);
    if (i % 2 == 0) {
      ASSERT_EQ(GetAll(*stores.back()), "not_found");
    }
  }
  for (const auto& server : servers_) server->Pause();
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < stores.size(); ++i) {
    threads.emplace_back([&calls, &store = *stores[i], i] {
      const auto& [name, call] = calls[i / 2];
      const std::string what = name + (i % 2 == 0 ? " on open connections" : " on none");
      const Stopwatch first;
      EXPECT_EQ(call(store), "unavailable") << what;
      EXPECT_GE(first.elapsed(), kStoppedTimeout * 9 / 10) << what;
      EXPECT_LT(first.elapsed(), kStoppedTimeout * 2) << what;
      const Stopwatch next;
      EXPECT_EQ(call(store), "unavailable") << what;
      EXPECT_LT(next.elapsed(), kStoppedTimeout / 2) << what;
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, MemcachedStoppedServersTest, ::testing::Values(1, 2, 3));

TEST(MemcachedSeveralServersTest, OfThreeTheOneThatRunsAnswersInTheCallThatFindsTheOthersStopped) {
  LARDER_SKIP_WITHOUT_MEMCACHED();
  std::vector<Server1> servers;
  std::vector<std::string> endpoints;
  for (int i = 0; i < 3; ++i) {
    servers.push_back(StartServer());
    ASSERT_NE(servers.back(), nullptr);
    endpoints.push_back(servers.back()->endpoint());
  }
  std::vector<Key> keys;
  for (int i = 0; i < kKeys; ++i) keys.push_back(ImageKey(i));
  std::mutex mutex;
  std::vector<std::string> log;
  // The one that runs has a quarter of it to answer in.
  constexpr std::chrono::milliseconds kLong{4000};
  auto options = OptionsFor(endpoints, kLong);
  options.log = [&](LogLevel, std::string_view message) {
    const std::lock_guard lock(mutex);
    log.emplace_back(message);
  };
  const auto warm = MustOpen(options);
  WriteBatch batch;
  for (const Key& key : keys) batch.Put(key, Record(key));
  WriteAll(*warm, batch);
  options.log = nullptr;
  const auto cold = MustOpen(options);
  servers[0]->Pause();
  servers[1]->Pause();
  const auto addresses = ParseAddresses(endpoints).value();
  const auto ring = Ring::Make(addresses).value();
  std::vector<std::jthread> threads;
  for (Store* store : {warm.get(), cold.get()}) {
    threads.emplace_back([&, store] {
      const Stopwatch stopwatch;
      std::vector<std::string> outcomes(keys.size());
      store->OpenReader().value()->GetMany(keys, [&](std::size_t i, const auto& got) { outcomes[i] = Outcome(got); });
      EXPECT_LT(stopwatch.elapsed(), kLong * 2);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const bool runs = addresses[ring.ServerOf(TextOf(keys[i]))].ToString() == endpoints[2];
        ASSERT_EQ(outcomes[i], runs ? "hit" : "unavailable") << i;
      }
    });
  }
  threads.clear();
  const std::lock_guard lock(mutex);
  EXPECT_THAT(log, ::testing::UnorderedElementsAre("memcached " + endpoints[0] + " does not answer",
                                                   "memcached " + endpoints[1] + " does not answer"));
}

}  // namespace
}  // namespace larder::memcached
