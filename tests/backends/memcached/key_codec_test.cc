#include "key_codec.h"

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <random>

namespace larder::memcached {
namespace {

Key RandomKey(std::mt19937_64& random) {
  std::array<std::byte, Key::kSize> bytes;
  for (std::byte& b : bytes) b = static_cast<std::byte>(random());
  return Key::FromBytes(bytes);
}

TEST(KeyCodecTest, EveryKeyComesBack) {
  const auto codec = KeyCodec::Make("team-a").value();
  std::mt19937_64 random(301);
  for (int i = 0; i < 10'000; ++i) {
    const Key key = RandomKey(random);
    const KeyText text(codec, key);
    ASSERT_EQ(codec.Decode(text.view()), key);
  }
}

TEST(KeyCodecTest, TextIsTheNamespaceAndBase64Url) {
  std::array<std::byte, Key::kSize> bytes{};
  bytes[0] = std::byte{0xFB};
  bytes[1] = std::byte{0xEF};
  bytes[2] = std::byte{0xFF};
  const KeyText text(KeyCodec::Make("larder").value(), Key::FromBytes(bytes));
  EXPECT_EQ(text.view(), "larder:--__AAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

TEST(KeyCodecTest, TextIsWhatMemcachedTakes) {
  const auto codec = KeyCodec::Make(std::string(kMaxNamespace, 'n')).value();
  EXPECT_LE(codec.size(), kMaxKeyText);
  std::mt19937_64 random(302);
  for (int i = 0; i < 1'000; ++i) {
    const KeyText text(codec, RandomKey(random));
    EXPECT_EQ(text.view().size(), codec.size());
    for (const char c : text.view()) ASSERT_TRUE(std::isgraph(static_cast<unsigned char>(c)));
  }
}

TEST(KeyCodecTest, NamespacesAreChecked) {
  for (const std::string good : {"a", "larder", "Team_A.prod-2", "0"}) {
    EXPECT_TRUE(KeyCodec::Make(good).has_value()) << good;
  }
  for (const std::string bad : {"", "a b", "a:b", "a\nb", "a/b", "a%20b", "\xC3\xA4"}) {
    EXPECT_EQ(KeyCodec::Make(bad).error().code, Errc::invalid_argument) << bad;
  }
  EXPECT_FALSE(KeyCodec::Make(std::string(kMaxNamespace + 1, 'n')).has_value());
}

TEST(KeyCodecTest, KeysOfOthersAreNotOurs) {
  const auto codec = KeyCodec::Make("ns").value();
  const std::string good = "ns:" + std::string(kKeyCharacters, 'A');
  EXPECT_TRUE(codec.Decode(good).has_value());
  const std::string bad[] = {"",
                             "ns:",
                             good + "A",
                             good.substr(0, good.size() - 1),
                             "nt:" + std::string(kKeyCharacters, 'A'),
                             "ns:" + std::string(kKeyCharacters - 1, 'A') + "=",
                             "ns:" + std::string(kKeyCharacters - 1, 'A') + "+",
                             "ns:" + std::string(kKeyCharacters - 1, 'A') + "\xFF"};
  for (const std::string& text : bad) EXPECT_EQ(codec.Decode(text), std::nullopt) << text;
}

}  // namespace
}  // namespace larder::memcached
