#include "larder/memcached_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "harness.h"

namespace larder::memcached {
namespace {

class MemcachedStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    server_ = StartServer();
    ASSERT_NE(server_, nullptr);
    store_ = MustOpen(OptionsFor({server_->endpoint()}));
    ASSERT_NE(store_, nullptr);
  }

  Server1 server_;
  std::unique_ptr<Store> store_;
};

TEST_F(MemcachedStoreTest, RecordsOfEverySizeComeBack) {
  for (const std::size_t payload : {0, 8, 480, 488, 1000, 4048}) {
    const Key key = ImageKey(static_cast<int>(payload));
    const auto record = Record(key, payload);
    ASSERT_EQ(Outcome(Put(*store_, key, record)), "hit");
    RecordBuf buffer;
    ASSERT_EQ(Outcome(store_->Get(key, buffer)), "hit");
    EXPECT_TRUE(std::ranges::equal(buffer.bytes(), record)) << payload;
  }
}

TEST_F(MemcachedStoreTest, ANamespaceSeesItsOwnRecordsOnly) {
  auto options = OptionsFor({server_->endpoint()});
  options.key_namespace = "other";
  auto other = MustOpen(options);
  ASSERT_EQ(Outcome(Put(*store_, ImageKey(1), Record(ImageKey(1)))), "hit");
  EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "hit");
  EXPECT_EQ(GetOutcome(*other, ImageKey(1)), "not_found");
}

TEST_F(MemcachedStoreTest, TheServerHoldsThemUnderTheDocumentedKeyAndForTheDocumentedTime) {
  const Key key = ImageKey(1);
  const auto record = Record(key, 40, {.deadline = kNow + 24h, .expiry = kNow + 24h * 30});
  ASSERT_EQ(Outcome(Put(*store_, key, record)), "hit");
  RawClient raw(server_->endpoint());
  EXPECT_EQ(raw.Ask("get " + TextOf(key)), "VALUE " + TextOf(key) + " 0 " + std::to_string(record.size()));
  const std::string left = RawClient(server_->endpoint()).Ask("mg " + TextOf(key) + " t");
  EXPECT_THAT(left, ::testing::AnyOf("HD t172800", "HD t172799", "HD t172798"));
}

TEST_F(MemcachedStoreTest, LongLivesReachTheServerAsDates) {
  const Key key = ImageKey(1);
  ASSERT_EQ(Outcome(Put(*store_, key, Record(key, 40, {.deadline = kNow + 24h * 20, .expiry = {}}))), "hit");
  const std::string left = RawClient(server_->endpoint()).Ask("mg " + TextOf(key) + " t");
  ASSERT_TRUE(left.starts_with("HD t")) << left;
  EXPECT_NEAR(std::stod(left.substr(4)), 40 * 86400, 10);
}

TEST_F(MemcachedStoreTest, StatsSayWhatTheServersHold) {
  WriteBatch batch;
  for (int i = 0; i < 10; ++i) batch.Put(ImageKey(i), Record(ImageKey(i)));
  ASSERT_TRUE(store_->Write(batch, {.now = kNow}).has_value());
  const auto stats = store_->Stats();
  ASSERT_TRUE(stats.has_value()) << stats.error().ToString();
  EXPECT_EQ(stats->records, 10u);
  EXPECT_GT(stats->live_bytes, 10 * 132u);
  EXPECT_EQ(stats->max_bytes, 64u << 20);
  EXPECT_EQ(stats->evictions, 0u);
  ASSERT_EQ(stats->engine.size(), 1u);
  EXPECT_EQ(stats->engine[0].first, server_->endpoint());
  EXPECT_THAT(stats->engine[0].second, ::testing::HasSubstr("10 items"));
}

TEST_F(MemcachedStoreTest, CollectAndFlushHaveNothingToDo) {
  const Key key = ImageKey(1);
  ASSERT_EQ(Outcome(Put(*store_, key, Record(key, 40, {.deadline = {}, .expiry = kNow + 1h}))), "hit");
  server_->Pause();  // nobody is even asked
  for (const Time now : {kNow + 2h, Time{}, kNow + 24h * 365}) {
    const auto progress = store_->Collect({.now = now, .floor = kNow + 24h});
    ASSERT_TRUE(progress.has_value());
    EXPECT_TRUE(progress->done());
    EXPECT_EQ(progress->scanned, 0u);
    EXPECT_EQ(progress->removed, 0u);
  }
  EXPECT_TRUE(store_->Flush().has_value());
  server_->Resume();
  EXPECT_EQ(GetOutcome(*store_, key), "hit");
}

TEST(MemcachedUnixSocketTest, WorksLikeAnyOther) {
  LARDER_SKIP_WITHOUT_MEMCACHED();
  testing::MemcachedOptions over_socket;
  over_socket.unix_socket = true;
  const auto server = StartServer(over_socket);
  ASSERT_NE(server, nullptr);
  auto store = MustOpen(OptionsFor({server->endpoint()}));
  EXPECT_EQ(GetOutcome(*store, ImageKey(1)), "not_found");
  EXPECT_EQ(Outcome(Put(*store, ImageKey(1), Record(ImageKey(1)))), "hit");
  EXPECT_EQ(GetOutcome(*store, ImageKey(1)), "hit");
  int seen = 0;
  const auto scanned = store->OpenReader().value()->Scan({}, [&](const Key&, std::span<const std::byte>) {
    ++seen;
    return ScanAction::go_on;
  });
  EXPECT_EQ(Outcome(scanned), "hit");
  EXPECT_EQ(seen, 1);
}

TEST(MemcachedOptionsTest, WhatIsOutOfRangeIsNamed) {
  const struct {
    std::string named;
    std::function<void(MemcachedOptions&)> spoil;
  } cases[] = {
      {"give either", [](auto& o) { o.servers.clear(); }},
      {"give either", [](auto& o) { o.srv = "_memcached._tcp.example.org"; }},
      {"timeout", [](auto& o) { o.timeout = 0ms; }},
      {"timeout", [](auto& o) { o.timeout = 61s; }},
      {"srv_interval", [](auto& o) { o.srv_interval = 9ms; }},
      {"scan_timeout", [](auto& o) { o.scan_timeout = 999ms; }},
      {"connections", [](auto& o) { o.connections = 0; }},
      {"connections", [](auto& o) { o.connections = 1025; }},
      {"namespace", [](auto& o) { o.key_namespace = "a b"; }},
      {"cache:0", [](auto& o) { o.servers.push_back("cache:0"); }},
  };
  for (const auto& c : cases) {
    auto options = OptionsFor({"127.0.0.1"});
    ASSERT_TRUE(OpenMemcachedStore(options).has_value());
    c.spoil(options);
    const auto store = OpenMemcachedStore(options);
    ASSERT_FALSE(store.has_value()) << c.named;
    EXPECT_EQ(store.error().code, Errc::invalid_argument);
    EXPECT_THAT(store.error().message, ::testing::HasSubstr(c.named));
  }
}

}  // namespace
}  // namespace larder::memcached
