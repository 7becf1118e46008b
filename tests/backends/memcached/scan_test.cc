#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "crawl.h"
#include "harness.h"

namespace larder::memcached {
namespace {

TEST(DumpLineTest, TheKeyIsDecoded) {
  const struct {
    std::string line, key;
  } cases[] = {
      {"key=larder%3Aabc exp=1700000000 la=1 cas=2 fetch=no cls=1 size=99", "larder:abc"},
      {"key=plain exp=-1", "plain"},
      {"key=alone", "alone"},
      {"key=%41%2f%2F", "A//"},
      {"key=a%0Ab exp=0", "a\nb"},
      {"key=", ""},
      {"key=bad%4 exp=0", ""},
      {"key=bad%zz exp=0", ""},
      {"key=bad%", ""},
      {"END", ""},
      {"BUSY currently processing crawler request", ""},
      {"exp=1 key=x", ""},
  };
  std::string buffer;
  for (const auto& c : cases) EXPECT_EQ(KeyOfDumpLine(c.line, buffer), c.key) << c.line;
}

class MemcachedScanTest : public ::testing::Test {
 protected:
  static constexpr int kImages = 5000;

  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    for (auto* server : {&first_, &second_}) {
      *server = StartServer();
      ASSERT_NE(*server, nullptr);
    }
    store_ = Open("larder");
    auto other = Open("larder2");
    ASSERT_TRUE(store_ && other);
    WriteBatch batch;
    for (int i = 0; i < kImages; ++i) batch.Put(ImageKey(i), Record(ImageKey(i), 40));
    batch.Put(kRepository, Record(kRepository, 8));
    WriteAll(*store_, batch);
    batch.Clear();
    for (int i = 0; i < 500; ++i) batch.Put(ImageKey(100'000 + i), Record(ImageKey(100'000 + i), 40));
    WriteAll(*other, batch);
    RawClient raw(first_->endpoint());
    ASSERT_EQ(raw.Set("larder:short", "x"), "STORED");
    ASSERT_EQ(raw.Set("stranger%20\xC3\xA4", "x"), "STORED");
  }

  std::unique_ptr<Store> Open(const std::string& key_namespace) const {
    auto options = OptionsFor({first_->endpoint(), second_->endpoint()});
    options.key_namespace = key_namespace;
    return MustOpen(options);
  }

  std::vector<Key> Scan(const Reader::ScanOptions& options, std::size_t stop_after = SIZE_MAX) {
    std::vector<Key> keys;
    const auto scanned =
        store_->OpenReader().value()->Scan(options, [&](const Key& key, std::span<const std::byte> record) {
          EXPECT_TRUE(ReadHeader(key, record).has_value());
          keys.push_back(key);
          return keys.size() >= stop_after ? ScanAction::stop : ScanAction::go_on;
        });
    EXPECT_EQ(Outcome(scanned), "hit");
    return keys;
  }

  inline static const Key kRepository = Key::Repository("ghcr.io/larder/app");
  Server1 first_, second_;
  std::unique_ptr<Store> store_;
};

TEST_F(MemcachedScanTest, EveryRecordOfTheNamespaceOnceAndInOrder) {
  const auto keys = Scan({});
  std::set<Key> want = {kRepository};
  for (int i = 0; i < kImages; ++i) want.insert(ImageKey(i));
  EXPECT_TRUE(std::ranges::equal(keys, want)) << keys.size();
}

TEST_F(MemcachedScanTest, ARangeFilters) {
  EXPECT_THAT(Scan({.range = KeyRange::OfKind(RecordKind::repository)}), ::testing::ElementsAre(kRepository));
  EXPECT_THAT(Scan({.range = KeyRange::OfKind(RecordKind::lease)}), ::testing::IsEmpty());
  const auto all = Scan({.range = KeyRange::OfKind(RecordKind::image), .headers_only = true});
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kImages));
  const auto rest = Scan({.range = {.begin = all[4000].Next(), .end = {}, .unbounded = true}});
  EXPECT_TRUE(std::ranges::equal(rest, std::span(all).subspan(4001)));
}

TEST_F(MemcachedScanTest, StopsWhenItIsTold) {
  EXPECT_EQ(Scan({}, 1).size(), 1u);
  EXPECT_EQ(Scan({}, 200).size(), 200u);
}

TEST_F(MemcachedScanTest, TheVisitorMayUseTheStore) {
  auto options = OptionsFor({first_->endpoint(), second_->endpoint()});
  options.connections = 1;
  auto store = MustOpen(options);
  int seen = 0;
  const auto scanned = store->OpenReader().value()->Scan({}, [&](const Key& key, std::span<const std::byte>) {
    EXPECT_EQ(GetOutcome(*store, key), "hit");
    return ++seen == 300 ? ScanAction::stop : ScanAction::go_on;
  });
  EXPECT_EQ(Outcome(scanned), "hit");
}

TEST_F(MemcachedScanTest, ABusyCrawlerIsWaitedFor) {
  RawClient raw(first_->endpoint());
  ASSERT_EQ(raw.Ask("lru_crawler sleep 1000"), "OK");  // a millisecond an item: longer than the next request takes
  RawClient other(first_->endpoint());
  ASSERT_EQ(other.Ask("lru_crawler crawl all"), "OK");
  EXPECT_EQ(Scan({}).size(), kImages + 1u);
}

TEST(MemcachedCrawlTest, ACrawlerThatIsSwitchedOffIsUnsupported) {
  LARDER_SKIP_WITHOUT_MEMCACHED();
  testing::MemcachedOptions without;
  without.arguments = {"-o", "no_lru_crawler"};
  const auto server = StartServer(without);
  ASSERT_NE(server, nullptr);
  const auto crawled = CrawlKeys(ParseAddress(server->endpoint()).value(), kPatient, [](std::string_view) {});
  ASSERT_FALSE(crawled.has_value());
  EXPECT_EQ(crawled.error().code, Errc::unsupported) << crawled.error().ToString();
}

TEST(MemcachedCrawlTest, TheTimeIsBounded) {
  LARDER_SKIP_WITHOUT_MEMCACHED();
  const auto server = StartServer();
  ASSERT_NE(server, nullptr);
  server->Pause();
  const Stopwatch stopwatch;
  const auto crawled = CrawlKeys(ParseAddress(server->endpoint()).value(), 300ms, [](std::string_view) {});
  EXPECT_EQ(Outcome(crawled), "unavailable");
  EXPECT_LT(stopwatch.elapsed(), kPatient);
}

}  // namespace
}  // namespace larder::memcached
