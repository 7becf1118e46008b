// Many hosts and many threads on one memcached.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "harness.h"
#include "server.h"

namespace larder::memcached {
namespace {

class MemcachedSharedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    server_ = StartServer();
    ASSERT_NE(server_, nullptr);
  }
  Server1 server_;
};

std::vector<std::byte> LeaseOf(const Key& key, int host, Time expiry) {
  const std::vector<std::byte> holder(8, static_cast<std::byte>(host));
  return MakeRecord(key, {.kind = RecordKind::lease, .expiry = expiry}, holder).value();
}

// Each host tries to take each lease at the same moment; returns how many got each.
std::vector<int> Race(std::vector<std::unique_ptr<Store>>& hosts, const std::vector<Key>& leases, Time now) {
  std::vector<std::atomic<int>> winners(leases.size());
  std::barrier start(static_cast<std::ptrdiff_t>(hosts.size()));
  {
    std::vector<std::jthread> threads;
    for (std::size_t h = 0; h < hosts.size(); ++h) {
      threads.emplace_back([&, h] {
        for (std::size_t i = 0; i < leases.size(); ++i) {
          start.arrive_and_wait();
          const auto outcome =
              Outcome(PutIfAbsent(*hosts[h], leases[i], LeaseOf(leases[i], static_cast<int>(h), now + 60s), now));
          EXPECT_THAT(outcome, ::testing::AnyOf("hit", "already_exists"));
          if (outcome == "hit") ++winners[i];
        }
      });
    }
  }
  return {winners.begin(), winners.end()};
}

TEST_F(MemcachedSharedTest, OfSeveralHostsOneGetsALease) {
  std::vector<std::unique_ptr<Store>> hosts;
  for (int i = 0; i < 4; ++i) hosts.push_back(MustOpen(OptionsFor({server_->endpoint()})));
  std::vector<Key> leases;
  for (int i = 0; i < 100; ++i) leases.push_back(Key::Lease("ghcr.io/larder/" + std::to_string(i)));
  EXPECT_THAT(Race(hosts, leases, kNow), ::testing::Each(1));
  EXPECT_THAT(Race(hosts, leases, kNow + 59s), ::testing::Each(0));  // they are held
  // By their headers they are over; memcached, whose clock did not move, still has them.
  EXPECT_THAT(Race(hosts, leases, kNow + 60s), ::testing::Each(1));
}

// Another host's release may be newer: what it wrote is not this one's to judge, whatever its expiry.
TEST_F(MemcachedSharedTest, ARecordOfANewerFormatIsNoAbsence) {
  auto store = MustOpen(OptionsFor({server_->endpoint()}));
  const Key lease = Key::Lease("ghcr.io/larder/newer");
  RecordHeader header{.format = kFormatVersion + 1, .kind = RecordKind::lease, .expiry = kNow - 1h};
  const auto newer = MakeRecord(lease, header, std::vector<std::byte>(24, std::byte{3})).value();
  ASSERT_EQ(Outcome(Put(*store, lease, newer)), "hit");
  EXPECT_EQ(Outcome(PutIfAbsent(*store, lease, LeaseOf(lease, 1, kNow + 60s))), "already_exists");
  RecordBuf held;
  ASSERT_EQ(Outcome(store->Get(lease, held)), "hit");
  EXPECT_TRUE(std::ranges::equal(held.bytes(), newer));
  // Bytes that only look so are foreign.
  auto damaged = newer;
  damaged.back() ^= std::byte{1};
  ASSERT_EQ(Outcome(Put(*store, lease, damaged)), "hit");
  EXPECT_EQ(Outcome(PutIfAbsent(*store, lease, LeaseOf(lease, 1, kNow + 60s))), "hit");
}

TEST_F(MemcachedSharedTest, ALeaseEndsByItselfInMemcached) {
  const Key lease = Key::Lease("ghcr.io/larder/short");
  auto store = MustOpen(OptionsFor({server_->endpoint()}));
  ASSERT_EQ(Outcome(PutIfAbsent(*store, lease, LeaseOf(lease, 1, kNow + 90s))), "hit");
  const std::string left = RawClient(server_->endpoint()).Ask("mg " + TextOf(lease) + " t");
  EXPECT_THAT(left, ::testing::AnyOf("HD t90", "HD t89", "HD t88"));
}

TEST_F(MemcachedSharedTest, EightThreadsReadWhatTheyWrote) {
  auto options = OptionsFor({server_->endpoint()});
  options.connections = 3;
  auto store = MustOpen(options);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&store, t] {
      const auto reader = store->OpenReader().value();
      for (int i = 0; i < 100; ++i) {
        const Key key = ImageKey(t * 1000 + i);
        const auto record = Record(key, static_cast<std::size_t>(8 * (i % 100)));
        ASSERT_EQ(Outcome(Put(*store, key, record)), "hit");
        RecordBuf buffer;
        ASSERT_EQ(Outcome(store->Get(key, buffer)), "hit");
        ASSERT_TRUE(std::ranges::equal(buffer.bytes(), record));
        const std::vector<Key> keys = {key, ImageKey(-1 - i), ImageKey(t * 1000)};
        std::vector<std::string> outcomes(keys.size());
        reader->GetMany(keys, [&](std::size_t k, const auto& got) { outcomes[k] = Outcome(got); });
        ASSERT_THAT(outcomes, ::testing::ElementsAre("hit", "not_found", "hit"));
      }
    });
  }
  threads.clear();
  const std::string connections = store->Stats().value().engine.at(0).second;
  EXPECT_EQ(GetOutcome(*store, ImageKey(0)), "hit") << connections;
}

TEST_F(MemcachedSharedTest, AServersConnectionsAreBounded) {
  Server server(ParseAddress(server_->endpoint()).value(),
                {.timeout = 100ms, .connections = 2, .log = {}, .trouble = {}});
  auto first = server.Borrow();
  auto second = server.Borrow();
  ASSERT_TRUE(first.has_value() && second.has_value());
  const auto third = server.Borrow();
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, Errc::unavailable);
  EXPECT_THAT(third.error().message, ::testing::HasSubstr("2 connections"));
  EXPECT_EQ(server.open_connections(), 2u);
  *first = Loan();
  EXPECT_TRUE(server.Borrow().has_value());
  EXPECT_EQ(server.open_connections(), 2u);
}

TEST_F(MemcachedSharedTest, ACallerWaitsForAConnectionThatComesBack) {
  Server server(ParseAddress(server_->endpoint()).value(),
                {.timeout = kPatient, .connections = 1, .log = {}, .trouble = {}});
  auto held = server.Borrow();
  ASSERT_TRUE(held.has_value());
  std::jthread waiter([&] { EXPECT_TRUE(server.Borrow().has_value()); });
  *held = Loan();
}

}  // namespace
}  // namespace larder::memcached
