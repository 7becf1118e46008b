#include "address.h"

#include <gtest/gtest.h>

#include "larder/memcached_store.h"

namespace larder::memcached {
namespace {

TEST(AddressTest, ReadsHostsAddressesAndSocketPaths) {
  const struct {
    std::string text, host, shown;
    std::uint16_t port;
    bool literal;
  } cases[] = {
      {"cache:11311", "cache", "cache:11311", 11311, false},
      {"cache", "cache", "cache:11211", 11211, false},
      {"Cache.Example.ORG.", "cache.example.org", "cache.example.org:11211", 11211, false},
      {"10.0.0.7:1", "10.0.0.7", "10.0.0.7:1", 1, true},
      {"[2001:db8::1]:11212", "2001:db8::1", "[2001:db8::1]:11212", 11212, true},
      {"[::1]", "::1", "[::1]:11211", 11211, true},
      {"::1", "::1", "[::1]:11211", 11211, true},
      {"/run/memcached.sock", "/run/memcached.sock", "/run/memcached.sock", 0, true},
  };
  for (const auto& c : cases) {
    const auto address = ParseAddress(c.text);
    ASSERT_TRUE(address.has_value()) << c.text << ": " << address.error().ToString();
    EXPECT_EQ(address->host, c.host) << c.text;
    EXPECT_EQ(address->port, c.port) << c.text;
    EXPECT_EQ(address->ToString(), c.shown) << c.text;
    EXPECT_EQ(address->is_literal(), c.literal) << c.text;
    EXPECT_EQ(ParseAddress(address->ToString()).value(), *address) << c.text;
  }
}

TEST(AddressTest, RefusesWhatIsNone) {
  for (const std::string text :
       {"", ":11211", "cache:", "cache:0", "cache:65536", "cache:11211x", "cache:-1", "[::1", "[::1]x", "[cache]:1:2",
        "ca che", "cache\r\n", "a:b:c", "/with space", "http://cache"}) {
    const auto address = ParseAddress(text);
    ASSERT_FALSE(address.has_value()) << text;
    EXPECT_EQ(address.error().code, Errc::invalid_argument) << text;
  }
  EXPECT_FALSE(ParseAddress("/" + std::string(200, 'x')).has_value());
  EXPECT_FALSE(ParseAddress(std::string(300, 'x')).has_value());
}

TEST(AddressTest, ListsAreSortedAndWithoutRepetition) {
  const std::vector<std::string> texts = {"b:2", "a", "B:2", "b:1", "A:11211"};
  const auto addresses = ParseAddresses(texts);
  ASSERT_TRUE(addresses.has_value());
  const std::vector<Address> want = {{"a", 11211}, {"b", 1}, {"b", 2}};
  EXPECT_EQ(*addresses, want);
}

TEST(AddressTest, ListsAreNeitherEmptyNorTooLong) {
  EXPECT_EQ(NormalizeAddresses({}).error().code, Errc::invalid_argument);
  std::vector<Address> many;
  for (std::size_t i = 0; i < kMaxMemcachedServers; ++i) many.push_back({"h" + std::to_string(i), 11211});
  EXPECT_TRUE(NormalizeAddresses(many).has_value());
  many.push_back({"one-more", 11211});
  EXPECT_EQ(NormalizeAddresses(many).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace larder::memcached
