// Servers by name: SRV records that list them, addresses that change, look-ups that fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "directory.h"
#include "harness.h"
#include "resolver.h"
#include "support/dns_responder.h"
#include "support/free_port.h"

namespace larder::memcached {
namespace {

using testing::DnsResponder;

const std::string kSrv = "_memcached._tcp.cache.test";

std::string EndpointOf(const DnsResponder& dns) { return "127.0.0.1:" + std::to_string(dns.port()); }

// Waits for something that happens on another thread.
template <class Condition>
bool Eventually(const Condition& condition) {
  const Stopwatch stopwatch;
  while (!condition()) {
    if (stopwatch.elapsed() > kPatient) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

TEST(ResolverTest, ListsServersSortedAndWithoutRepetition) {
  DnsResponder dns;
  dns.SetServices(
      kSrv, {{20, 0, 11211, "b.test"}, {0, 0, 11311, "A.test"}, {0, 0, 11311, "a.test"}, {0, 5, 11211, "a.test"}});
  const auto servers = Resolver(EndpointOf(dns), kPatient).Servers(kSrv);
  ASSERT_TRUE(servers.has_value()) << servers.error().ToString();
  const std::vector<Address> want = {{"a.test", 11211}, {"a.test", 11311}, {"b.test", 11211}};
  EXPECT_EQ(*servers, want);
}

TEST(ResolverTest, NoRecordsAndNoNameAreUnavailable) {
  DnsResponder dns;
  dns.SetServices("_empty._tcp.test", {});
  dns.SetServices("_none._tcp.test", {{0, 0, 11211, ""}});  // "there is no such service"
  const Resolver resolver(EndpointOf(dns), kPatient);
  for (const std::string name : {"_empty._tcp.test", "_none._tcp.test", "_absent._tcp.test"}) {
    const auto servers = resolver.Servers(name);
    ASSERT_FALSE(servers.has_value()) << name;
    EXPECT_EQ(servers.error().code, Errc::unavailable);
    EXPECT_THAT(servers.error().message, ::testing::HasSubstr(name));
  }
}

TEST(ResolverTest, HostsAreAskedTogetherAndAnsweredEach) {
  DnsResponder dns;
  dns.SetAddresses("one.test", {"10.1.2.3"});
  dns.SetAddresses("both.test", {"10.1.2.4", "10.1.2.5"});
  const std::vector<std::string> hosts = {"one.test", "absent.test", "both.test"};
  const auto found = Resolver(EndpointOf(dns), kPatient).Hosts(hosts);
  ASSERT_EQ(found.size(), 3u);
  ASSERT_TRUE(found[0].has_value()) << found[0].error().ToString();
  EXPECT_THAT(*found[0], ::testing::ElementsAre("10.1.2.3"));
  EXPECT_EQ(Outcome(found[1]), "unavailable");
  EXPECT_THAT(found[1].error().message, ::testing::HasSubstr("absent.test"));
  ASSERT_TRUE(found[2].has_value()) << found[2].error().ToString();
  EXPECT_THAT(*found[2], ::testing::UnorderedElementsAre("10.1.2.4", "10.1.2.5"));
}

TEST(ResolverTest, ASilentServerCostsTheBoundAndNoMore) {
  DnsResponder dns;
  dns.SetSilent(true);
  const Resolver resolver(EndpointOf(dns), 200ms);
  const Stopwatch stopwatch;
  EXPECT_EQ(Outcome(resolver.Servers(kSrv)), "unavailable");
  const std::vector<std::string> hosts(20, "one.test");
  for (const auto& found : resolver.Hosts(hosts)) EXPECT_EQ(Outcome(found), "unavailable");
  EXPECT_LT(stopwatch.elapsed(), 3s);
  EXPECT_GT(dns.queries(), 0);
}

TEST(ResolverTest, AServerThatIsNoneIsAnError) {
  EXPECT_EQ(Outcome(Resolver("no address", kPatient).Servers(kSrv)), "unavailable");
}

class MemcachedNamesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    for (auto* server : {&first_, &second_}) {
      *server = StartServer();
      ASSERT_NE(*server, nullptr);
    }
    for (const std::string host : {"one.test", "two.test"}) dns_.SetAddresses(host, {"127.0.0.1"});
    List({"one.test"});
  }

  void List(const std::vector<std::string>& hosts) {
    std::vector<testing::ServiceRecord> records;
    for (const std::string& host : hosts) {
      records.push_back({0, 0, host == "one.test" ? first_->port() : second_->port(), host});
    }
    dns_.SetServices(kSrv, std::move(records));
  }

  MemcachedOptions Options() {
    MemcachedOptions options;
    options.srv = kSrv;
    options.timeout = kPatient;
    options.srv_interval = 24h;
    options.resolver = EndpointOf(dns_);
    options.log = [this](LogLevel, std::string_view message) {
      const std::lock_guard lock(mutex_);
      log_.emplace_back(message);
    };
    return options;
  }

  std::unique_ptr<Directory> OpenDirectory() {
    auto directory = Directory::Open(Options(), {});
    EXPECT_TRUE(directory.has_value()) << directory.error().ToString();
    return std::move(*directory);
  }

  std::vector<std::string> Logged() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  static std::vector<std::string> HostsOf(const Topology& topology) {
    std::vector<std::string> hosts;
    for (const auto& server : topology.servers) hosts.push_back(server->address().host);
    return hosts;
  }

  std::mutex mutex_;
  std::vector<std::string> log_;
  DnsResponder dns_;
  Server1 first_, second_;
};

TEST_F(MemcachedNamesTest, AStoreOnSrvRecordsUsesAllServers) {
  List({"one.test", "two.test"});
  auto store = MustOpen(Options());
  ASSERT_NE(store, nullptr);
  WriteBatch batch;
  for (int i = 0; i < 200; ++i) batch.Put(ImageKey(i), Record(ImageKey(i)));
  WriteAll(*store, batch);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(GetOutcome(*store, ImageKey(i)), "hit");
  for (const auto& server : {&first_, &second_}) {
    auto alone = MustOpen(OptionsFor({(*server)->endpoint()}));
    EXPECT_GT(alone->Stats().value().records, 20u);
  }
}

TEST_F(MemcachedNamesTest, ANewListTakesOverAndServersInBothAreKept) {
  const auto directory = OpenDirectory();
  const auto before = directory->Current();
  EXPECT_THAT(HostsOf(*before), ::testing::ElementsAre("one.test"));
  List({"two.test", "one.test"});
  ASSERT_TRUE(directory->Refresh().has_value());
  const auto after = directory->Current();
  EXPECT_THAT(HostsOf(*after), ::testing::ElementsAre("one.test", "two.test"));
  EXPECT_EQ(after->servers[0], before->servers[0]);
  ASSERT_TRUE(directory->Refresh().has_value());
  EXPECT_EQ(directory->Current(), after);  // nothing changed
  List({"two.test"});
  ASSERT_TRUE(directory->Refresh().has_value());
  EXPECT_THAT(HostsOf(*directory->Current()), ::testing::ElementsAre("two.test"));
  EXPECT_TRUE(before->servers[0]->Borrow().has_value());  // for whoever still uses it
}

TEST_F(MemcachedNamesTest, AFailedLookUpKeepsTheLastGoodList) {
  const auto directory = OpenDirectory();
  const auto before = directory->Current();
  dns_.Forget(kSrv);
  dns_.Forget("one.test");
  EXPECT_TRUE(directory->Refresh().has_value());
  dns_.FailWith(2);  // SERVFAIL
  EXPECT_TRUE(directory->Refresh().has_value());
  dns_.FailWith(0);
  dns_.SetServices(kSrv, {});
  EXPECT_TRUE(directory->Refresh().has_value());
  EXPECT_EQ(directory->Current(), before);
  EXPECT_TRUE(before->servers[0]->Borrow().has_value());
  EXPECT_THAT(Logged(), ::testing::ElementsAre(::testing::HasSubstr("stay in use")));
}

TEST_F(MemcachedNamesTest, OpenNeedsTheFirstListAndWaitsForItInBounds) {
  dns_.Forget(kSrv);
  EXPECT_EQ(Outcome(OpenMemcachedStore(Options())), "unavailable");
  dns_.SetSilent(true);
  auto options = Options();
  options.timeout = 200ms;
  const Stopwatch stopwatch;
  EXPECT_EQ(Outcome(OpenMemcachedStore(options)), "unavailable");
  EXPECT_LT(stopwatch.elapsed(), 3s);
}

TEST_F(MemcachedNamesTest, TheListIsReadAgainByItself) {
  auto options = Options();
  options.srv_interval = 10ms;
  auto store = MustOpen(options);
  ASSERT_NE(store, nullptr);
  ASSERT_EQ(Outcome(Put(*store, ImageKey(1), Record(ImageKey(1)))), "hit");
  List({"two.test"});
  EXPECT_TRUE(Eventually([&] { return GetOutcome(*store, ImageKey(1)) == "not_found"; }));
  List({"one.test"});
  EXPECT_TRUE(Eventually([&] { return GetOutcome(*store, ImageKey(1)) == "hit"; }));
}

TEST_F(MemcachedNamesTest, ReadersGoOnWhileTheListChanges) {
  auto options = Options();
  options.srv_interval = 10ms;
  auto store = MustOpen(options);
  ASSERT_NE(store, nullptr);
  std::atomic<bool> done = false;
  std::vector<std::jthread> readers;
  for (int t = 0; t < 4; ++t) {
    readers.emplace_back([&] {
      const auto reader = store->OpenReader().value();
      const std::vector<Key> keys = {ImageKey(1), ImageKey(2), ImageKey(3)};
      while (!done) {
        ASSERT_EQ(GetOutcome(*store, ImageKey(1)), "not_found");
        reader->GetMany(keys, [](std::size_t, const auto& record) { ASSERT_EQ(Outcome(record), "not_found"); });
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    const auto before = dns_.queries();
    List(i % 2 == 0 ? std::vector<std::string>{"one.test", "two.test"} : std::vector<std::string>{"two.test"});
    EXPECT_TRUE(Eventually([&] { return dns_.queries() > before + 4; }));
  }
  done = true;
}

TEST_F(MemcachedNamesTest, AServerIsReachedByTheAddressThatWorks) {
  dns_.SetAddresses("one.test", {"127.0.0.9", "127.0.0.1"});  // nothing listens on the first
  auto options = OptionsFor({"one.test:" + std::to_string(first_->port())});
  options.resolver = EndpointOf(dns_);
  auto store = MustOpen(options);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(GetOutcome(*store, ImageKey(1)), "not_found");
}

TEST_F(MemcachedNamesTest, ANameThatIsUnknownAtFirstIsFoundLater) {
  auto options = OptionsFor({"late.test:" + std::to_string(first_->port())});
  options.resolver = EndpointOf(dns_);
  options.srv_interval = 10ms;
  auto store = MustOpen(options);
  RecordBuf buffer;
  const auto got = store->Get(ImageKey(1), buffer);
  ASSERT_EQ(Outcome(got), "unavailable");
  EXPECT_THAT(got.error().message, ::testing::HasSubstr("late.test"));
  dns_.SetAddresses("late.test", {"127.0.0.1"});
  EXPECT_TRUE(Eventually([&] { return GetOutcome(*store, ImageKey(1)) == "not_found"; }));
}

TEST_F(MemcachedNamesTest, AServerThatFailsIsLookedUpBeforeTheInterval) {
  const testing::RefusingPort refusing;
  auto options = OptionsFor({"one.test:" + std::to_string(refusing.port())});
  options.resolver = EndpointOf(dns_);
  options.srv_interval = 24h;
  auto store = MustOpen(options);
  const auto before = dns_.queries();
  EXPECT_EQ(GetOutcome(*store, ImageKey(1)), "unavailable");
  EXPECT_TRUE(Eventually([&] { return dns_.queries() > before; }));
}

TEST(MemcachedServerTest, ANewAddressIsUsedFromTheNextRequestOn) {
  LARDER_SKIP_WITHOUT_MEMCACHED();
  const auto first = StartServer();
  const auto second = StartServer();
  ASSERT_TRUE(first && second);
  Server server({"cache.test", 11211}, {.timeout = kPatient, .connections = 2, .log = {}, .trouble = {}});
  EXPECT_EQ(Outcome(server.Borrow()), "unavailable");
  const std::string key = TextOf(ImageKey(1));
  const auto set = [&](Connection& c) { return c.Set(key, Record(ImageKey(1)), 0); };
  const auto get = [&](Connection& c) {
    Value value;
    return c.Get(key, value);
  };
  server.SetEndpoints({ParseAddress(first->endpoint()).value()}, "");
  EXPECT_EQ(server.Run(set).value(), Status::ok);
  EXPECT_EQ(server.Run(get).value(), Status::ok);
  server.SetEndpoints({ParseAddress(second->endpoint()).value()}, "");
  EXPECT_EQ(server.Run(get).value(), Status::miss);
  server.SetEndpoints({}, "look-up failed");
  EXPECT_EQ(server.Run(get).value(), Status::miss);
}

}  // namespace
}  // namespace larder::memcached
