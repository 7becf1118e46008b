#include "ring.h"

#include <gtest/gtest.h>
#include <libmemcached/memcached.h>

#include <map>
#include <vector>

#include "harness.h"

namespace larder::memcached {
namespace {

constexpr int kManyKeys = 10'000;

std::vector<Address> Servers(const std::vector<std::string>& texts) { return ParseAddresses(texts).value(); }

std::vector<Address> Placement(const std::vector<Address>& servers) {
  const auto ring = Ring::Make(servers).value();
  std::vector<Address> placement;
  for (int i = 0; i < kManyKeys; ++i) placement.push_back(servers.at(ring.ServerOf(TextOf(ImageKey(i)))));
  return placement;
}

TEST(RingTest, IsTheOneOfMemcachedServerByKey) {
  const auto servers = Servers({"cache-1", "cache-2:11311", "10.0.0.1", "/run/memcached.sock"});
  const auto ring = Ring::Make(servers).value();
  for (int i = 0; i < kManyKeys; ++i) {
    const std::string text = TextOf(ImageKey(i));
    memcached_return_t code = MEMCACHED_SUCCESS;
    const auto* chosen = memcached_server_by_key(ring.handle(), text.data(), text.size(), &code);
    ASSERT_EQ(code, MEMCACHED_SUCCESS);
    const Address& ours = servers[ring.ServerOf(text)];
    ASSERT_EQ(ours.host, memcached_server_name(chosen));
    ASSERT_EQ(ours.port, memcached_server_port(chosen));
  }
}

TEST(RingTest, TheOrderOfTheListDoesNotMatter) {
  EXPECT_EQ(Placement(Servers({"a", "b", "c"})), Placement(Servers({"c", "a", "b", "a:11211"})));
}

TEST(RingTest, EveryServerGetsItsShare) {
  std::map<Address, int> counts;
  for (const Address& server : Placement(Servers({"a", "b", "c", "d"}))) ++counts[server];
  EXPECT_EQ(counts.size(), 4u);
  for (const auto& [server, count] : counts) {
    EXPECT_GT(count, kManyKeys / 8) << server.ToString();
    EXPECT_LT(count, kManyKeys / 2) << server.ToString();
  }
}

TEST(RingTest, AServerThatGoesMovesOnlyItsOwnKeys) {
  const auto with = Placement(Servers({"a", "b", "c", "d"}));
  const auto without = Placement(Servers({"a", "b", "d"}));
  for (int i = 0; i < kManyKeys; ++i) {
    if (with[static_cast<std::size_t>(i)].host != "c") {
      ASSERT_EQ(with[static_cast<std::size_t>(i)], without[static_cast<std::size_t>(i)]);
    }
  }
}

// Hosts of different releases share records: a change here loses them all once.
TEST(RingTest, PlacementIsTheSameInEveryRelease) {
  const auto placement = Placement(Servers({"cache-1", "cache-2", "cache-3:11311"}));
  std::string first;
  for (std::size_t i = 0; i < 24; ++i) first += placement[i].host.back();
  EXPECT_EQ(first, "221231311321333311332223");
}

TEST(RingTest, ManyServersAreAllUsed) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < kMaxMemcachedServers; ++i) texts.push_back("cache-" + std::to_string(i));
  std::map<Address, int> counts;
  for (const Address& server : Placement(Servers(texts))) ++counts[server];
  EXPECT_EQ(counts.size(), kMaxMemcachedServers);
}

}  // namespace
}  // namespace larder::memcached
