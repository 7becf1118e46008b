#include "larder/open_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/temp_dir.h"

namespace larder {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Error ErrorOf(std::string_view url, const OpenStoreOptions& options = {}) {
  const auto store = OpenStore(url, options);
  EXPECT_FALSE(store.has_value()) << url;
  return store.has_value() ? Error{Errc::cancelled, "it opened"} : store.error();
}

bool IsBuilt(std::string_view name) {
  return std::ranges::any_of(StoreSchemes(),
                             [&](const StoreScheme& each) { return each.name == name && each.available; });
}

TEST(OpenStore, OpensEveryEngineOfFilesThatIsBuilt) {
  for (const std::string scheme : {"lmdb", "rocksdb"}) {
    if (!IsBuilt(scheme)) continue;
    const testing::TempDir directory;
    const std::string url = scheme + ":" + (directory / "store").string();
    {
      const auto store = OpenStore(url + "?max_bytes=64MiB&durability=sync");
      ASSERT_TRUE(store.has_value()) << store.error().ToString();
      EXPECT_EQ((*store)->Traits().engine, scheme);
      EXPECT_EQ((*store)->Stats()->max_bytes, 64u << 20);
      const auto reader = OpenStore(url, {.read_only = true});
      ASSERT_TRUE(reader.has_value()) << reader.error().ToString();
      EXPECT_FALSE((*reader)->Write({}, {}).has_value() && (*reader)->Collect({.now = Time{}}).has_value());
    }
    EXPECT_TRUE(OpenStore(scheme + "://" + (directory / "store").string(), {.read_only = true}).has_value());
  }
}

TEST(OpenStore, OpensMemory) {
  for (const std::string_view url : {"memory:", "memory://", "MEMORY:?max_bytes=1MB"}) {
    const auto store = OpenStore(url);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    EXPECT_EQ((*store)->Traits().engine, "memory");
  }
  EXPECT_EQ(OpenStore("memory:?max_bytes=1MB").value()->Stats()->max_bytes, 1'000'000u);
  EXPECT_THAT(ErrorOf("memory:/x").message, HasSubstr("no path"));
}

TEST(OpenStore, OpensMemcachedWithoutConnecting) {
  if (!IsBuilt("memcached")) GTEST_SKIP() << "skipped: this build leaves memcached out";
  for (const std::string_view url : {"memcached://127.0.0.1:1,127.0.0.1:2/cache?timeout=20ms", "memcached://[::1]:1",
                                     "memcached://%2Ftmp%2Fnone.sock/x"}) {
    const auto store = OpenStore(url);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    EXPECT_EQ((*store)->Traits().engine, "memcached");
  }
  EXPECT_THAT(ErrorOf("memcached:h1/x").message, HasSubstr("memcached://host:port"));
  EXPECT_THAT(ErrorOf("memcached:///x").message, HasSubstr("names no server"));
  EXPECT_THAT(ErrorOf("memcached://h1,,h2/x").message, HasSubstr("empty name"));
  EXPECT_EQ(ErrorOf("memcached://127.0.0.1/a%20b").code, Errc::invalid_argument);
  EXPECT_THAT(ErrorOf("memcached://127.0.0.1/x?connections=many").message,
              AllOf(HasSubstr("connections"), HasSubstr("whole number")));
}

TEST(OpenStore, APathMayHoldAnything) {
  const testing::TempDir directory;
  const auto store = OpenStore("lmdb:" + directory.path().string() + "/a%3Fb%25c");
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  EXPECT_TRUE(std::filesystem::exists(directory / "a?b%c" / "data.mdb"));
}

TEST(OpenStore, ABadUrlSaysWhatIsWrongAndWhatThereIs) {
  const struct {
    std::string_view url;
    std::string_view says;
  } cases[] = {
      {"", "scheme"},
      {"lmdb", "scheme"},
      {":x", "scheme"},
      {"/var/lib/larder", "did you mean lmdb:/var/lib/larder?"},
      {"redis://h/0", "no engine 'redis'"},
      {"lmdb:", "names no directory"},
      {"lmdb:?max_bytes=1GiB", "names no directory"},
      {"lmdb://host/path", "a path is written lmdb:/path"},
      {"lmdb:/x%2", "hex digits"},
      {"lmdb:/x%00", "NUL"},
      {"lmdb:/x?max_bytes", "name=value"},
      {"lmdb:/x?=1", "name=value"},
      {"lmdb:/x?max_bytes=", "max_bytes has no value"},
      {"lmdb:/x?max_bytes=1GiB&max_bytes=2GiB", "twice"},
      {"lmdb:/x?max_bytes=big", "a size such as 64MiB"},
      {"lmdb:/x?max_bytes=1XB", "a size such as 64MiB"},
      {"lmdb:/x?max_bytes=-1", "a size such as 64MiB"},
      {"lmdb:/x?max_bytes=99999999TiB", "too large"},
      {"lmdb:/x?max_bytes=1KiB", "at least 1048576"},
      {"lmdb:/x?durability=none", "sync or no_meta_sync"},
      {"lmdb:/x?maxbytes=1GiB", "there is no option 'maxbytes'; there are max_bytes, durability"},
  };
  for (const auto& each : cases) {
    const Error error = ErrorOf(each.url);
    EXPECT_EQ(error.code, Errc::invalid_argument) << each.url;
    EXPECT_THAT(error.message, HasSubstr(each.says)) << each.url;
    EXPECT_THAT(error.message, HasSubstr(each.url)) << each.url;
  }
  for (const std::string_view url : {"", "redis://h/0", "/var/lib/larder"}) {
    const std::string message = ErrorOf(url).message;
    for (const StoreScheme& scheme : StoreSchemes()) EXPECT_THAT(message, HasSubstr(scheme.example));
  }
}

TEST(OpenStore, EveryExampleIsWellFormedOrSaysThatItIsLeftOut) {
  for (const StoreScheme& scheme : StoreSchemes()) {
    EXPECT_TRUE(scheme.example.starts_with(std::string(scheme.name) + ":"));
    EXPECT_FALSE(scheme.keeps.empty());
    if (scheme.available) continue;
    const Error error = ErrorOf(scheme.example);
    EXPECT_EQ(error.code, Errc::unsupported);
    EXPECT_THAT(error.message, HasSubstr("leaves the"));
  }
}

}  // namespace
}  // namespace larder
