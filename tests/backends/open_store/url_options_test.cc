#include "url_options.h"

#include <gtest/gtest.h>

namespace larder::open_store {
namespace {

using std::chrono::milliseconds;

TEST(ParseSize, KnowsBinaryAndDecimalUnits) {
  EXPECT_EQ(ParseSize("0").value(), 0u);
  EXPECT_EQ(ParseSize("4096").value(), 4096u);
  EXPECT_EQ(ParseSize("7B").value(), 7u);
  EXPECT_EQ(ParseSize("64KiB").value(), 64u << 10);
  EXPECT_EQ(ParseSize("3MiB").value(), 3u << 20);
  EXPECT_EQ(ParseSize("2GiB").value(), 2ull << 30);
  EXPECT_EQ(ParseSize("1TiB").value(), 1ull << 40);
  EXPECT_EQ(ParseSize("5kB").value(), 5'000u);
  EXPECT_EQ(ParseSize("5MB").value(), 5'000'000u);
  EXPECT_EQ(ParseSize("5GB").value(), 5'000'000'000u);
  EXPECT_EQ(ParseSize("5TB").value(), 5'000'000'000'000u);
  for (const std::string_view text : {"", "GiB", "1 GiB", "1gib", "1.5GiB", "0x10", "+1", "18446744073709551616"}) {
    EXPECT_FALSE(ParseSize(text).has_value()) << text;
  }
}

TEST(ParseDuration, NeedsAUnit) {
  EXPECT_EQ(ParseDuration("500ms").value(), milliseconds{500});
  EXPECT_EQ(ParseDuration("2s").value(), milliseconds{2'000});
  EXPECT_EQ(ParseDuration("5m").value(), milliseconds{300'000});
  EXPECT_EQ(ParseDuration("1h").value(), milliseconds{3'600'000});
  for (const std::string_view text : {"", "5", "s", "5 s", "1d", "-1s", "9999999999999999h"}) {
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
  }
}

TEST(UrlOptions, TheFirstErrorIsTheOneThatIsTold) {
  const StoreUrl url = StoreUrl::Parse("x:?size=big&wait=long&other=1").value();
  UrlOptions options(url);
  std::uint64_t size = 7;
  milliseconds wait{9};
  options.TakeSize("size", size);
  options.TakeDuration("wait", wait);
  const auto finished = options.Finish();
  ASSERT_FALSE(finished.has_value());
  EXPECT_TRUE(finished.error().message.starts_with("size: ")) << finished.error().message;
  EXPECT_EQ(size, 7u);
  EXPECT_EQ(wait, milliseconds{9});
}

TEST(StoreUrl, SplitsAndDecodes) {
  const StoreUrl url = StoreUrl::Parse("LMDB:/a%20b?x=1%262&y=z").value();
  EXPECT_EQ(url.scheme, "lmdb");
  EXPECT_EQ(url.rest, "/a%20b");
  EXPECT_EQ(url.options, (std::map<std::string, std::string>{{"x", "1&2"}, {"y", "z"}}));
  EXPECT_EQ(PathOf(url).value(), "/a b");
  EXPECT_EQ(PathOf(StoreUrl::Parse("lmdb:a/b").value()).value(), "a/b");
  EXPECT_EQ(PathOf(StoreUrl::Parse("lmdb:///a/b").value()).value(), "/a/b");
}

}  // namespace
}  // namespace larder::open_store
