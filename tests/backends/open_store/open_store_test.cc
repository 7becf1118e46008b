#include "larder/open_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "larder/cache.h"
#include "larder/image_record.h"
#include "larder/scan.h"
#include "support/dns_responder.h"
#include "support/memcached_server.h"
#include "support/servers.h"
#include "support/temp_dir.h"

namespace larder {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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

constexpr Time kNow{std::chrono::seconds(1'704'067'200)};

ImageRecord ImageNumber(int i) {
  ImageRecord image;
  image.status = EntryStatus::image;
  image.info.id = ImageRef::Parse("ghcr.io/a/b:v" + std::to_string(i)).value();
  image.info.digest = Digest::Parse("sha256:" + std::string(64, 'a')).value();
  image.deadline = kNow + std::chrono::hours(1);
  image.expiry = kNow + std::chrono::days(3650);  // not expired by the machine's clock either
  return image;
}

// The servers are those that DNS lists, of which each gets a share of the records; one that leaves the list is no
// longer asked by whoever opens the store then.
TEST(OpenStore, OpensTheMemcachedServersThatSrvRecordsList) {
  if (!IsBuilt("memcached")) GTEST_SKIP() << "skipped: this build leaves memcached out";
  LARDER_SKIP_WITHOUT_MEMCACHED();
  const auto one = testing::MemcachedServer::Start().value();
  const auto two = testing::MemcachedServer::Start().value();
  testing::DnsResponder dns;
  const std::string name = "_memcached._tcp.cache.test";
  dns.SetAddresses("one.test", {"127.0.0.1"});
  dns.SetAddresses("two.test", {"127.0.0.1"});
  dns.SetServices(name, {{0, 0, two->port(), "two.test"}, {10, 0, one->port(), "one.test"}});
  const std::string url =
      "memcached+srv://" + name + "/ns?timeout=10s&resolver=127.0.0.1:" + std::to_string(dns.port());
  const auto store = OpenStore(url);
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  EXPECT_GE(dns.queries(name), 1);
  EXPECT_EQ((*store)->Traits().engine, "memcached");
  WriteBatch batch;
  for (int i = 0; i < 100; ++i) batch.Put(KeyOf(ImageNumber(i)), BuildImageRecord(ImageNumber(i)).value());
  const auto results = (*store)->Write(batch, {.now = kNow});
  ASSERT_TRUE(results.has_value()) << results.error().ToString();
  for (const auto& result : *results) ASSERT_TRUE(result.has_value()) << result.error().ToString();

  const Cache cache(**store);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(cache.Image(ImageNumber(i).info.id, kNow).has_value()) << i;
  const auto stats = (*store)->Stats();
  ASSERT_TRUE(stats.has_value()) << stats.error().ToString();
  EXPECT_EQ(stats->records, 100U);
  ASSERT_EQ(stats->engine.size(), 2U);
  EXPECT_EQ(stats->engine[0].first, "one.test:" + std::to_string(one->port()));
  EXPECT_EQ(stats->engine[1].first, "two.test:" + std::to_string(two->port()));
  for (const auto& [server, figures] : stats->engine) EXPECT_THAT(figures, Not(HasSubstr(" 0 items"))) << server;

  dns.SetServices(name, {{0, 0, two->port(), "two.test"}});
  EXPECT_EQ(OpenStore(url).value()->Stats()->engine.size(), 1U);
  dns.Forget(name);
  EXPECT_EQ(ErrorOf(url).code, Errc::unavailable);
}

// A format before the first, which never was; all but its number is today's.
TEST(OpenStore, OpeningForWritingRewritesTheRecordsOfTheFormatBefore) {
  constexpr int kImages = 600;
  constexpr std::uint8_t kFormer = kFormatVersion - 1;
  const FormerFormat former{kFormer, [](const Key& key, const Key& former_key, std::span<const std::byte> record) {
                              RecordHeader header = ReadHeader(former_key, record).value();
                              header.format = kFormatVersion;
                              return MakeRecord(key, header, PayloadOf(record));
                            }};
  for (const std::string scheme : {"lmdb", "rocksdb"}) {
    if (!IsBuilt(scheme)) continue;
    const testing::TempDir directory;
    const std::string url = scheme + ":" + (directory / "store").string();
    WriteBatch batch;
    for (int i = 0; i < kImages; ++i) {
      const Key key = KeyOf(ImageNumber(i)).OfVersion(kFormer);
      const RecordHeader header{.format = kFormer, .kind = RecordKind::image, .expiry = ImageNumber(i).expiry};
      batch.Put(key, MakeRecord(key, header, PayloadOf(BuildImageRecord(ImageNumber(i)).value())).value());
    }
    ASSERT_TRUE(OpenStore(url).value()->Write(batch, {.now = kNow}).has_value());
    std::vector<std::string> log;
    OpenStoreOptions options;
    options.log = [&](LogLevel, std::string_view line) { log.emplace_back(line); };
    options.former = former;
    options.read_only = true;
    {
      const auto reading = OpenStore(url, options).value();
      EXPECT_FALSE(Cache(*reading).Image(ImageNumber(0).info.id, kNow).has_value());
    }
    options.read_only = false;
    for (int round = 0; round < 2; ++round) {
      const auto store = OpenStore(url, options).value();
      const Cache cache(*store);
      for (int i = 0; i < kImages; ++i) EXPECT_TRUE(cache.Image(ImageNumber(i).info.id, kNow).has_value()) << i;
      int records = 0;
      ASSERT_TRUE(ScanStore(*store, {}, [&](const Key& key, std::span<const std::byte>) {
                    EXPECT_EQ(key.version(), kFormatVersion);
                    ++records;
                    return ScanAction::go_on;
                  }).has_value());
      EXPECT_EQ(records, kImages) << scheme;
    }
    EXPECT_EQ(std::ranges::count_if(
                  log, [](const auto& line) { return line.ends_with("rewrote 600 of 600 records of format 0"); }),
              1);
  }
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
