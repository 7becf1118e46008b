// memcached is open to others: whatever they put under our keys, and whatever a server says, is no crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <random>
#include <thread>

#include "harness.h"
#include "support/socket.h"

namespace larder::memcached {
namespace {

class MemcachedForeignTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LARDER_SKIP_WITHOUT_MEMCACHED();
    testing::MemcachedOptions large;
    large.max_item_size = "8m";
    server_ = StartServer(large);
    ASSERT_NE(server_, nullptr);
    store_ = MustOpen(OptionsFor({server_->endpoint()}));
    ASSERT_NE(store_, nullptr);
  }

  void Plant(const Key& key, const std::string& value) const {
    ASSERT_EQ(RawClient(server_->endpoint()).Set(TextOf(key), value), "STORED");
  }

  Server1 server_;
  std::unique_ptr<Store> store_;
};

TEST_F(MemcachedForeignTest, BytesOfAnySizeAreHandedOutUpToARecordsAndNoFurther) {
  std::mt19937 random(303);
  for (const std::size_t size : {0, 1, 7, 8, 31, 32, 33, 511, 512, 513, 4079, 4080, 4081, 65'537, 5'000'000}) {
    std::string value(size, '\0');
    for (char& c : value) c = static_cast<char>(random());
    Plant(ImageKey(1), value);
    RecordBuf buffer;
    const auto got = store_->Get(ImageKey(1), buffer);
    EXPECT_EQ(Outcome(got), size <= kMaxRecordBytes ? "hit" : "corruption") << size;
    if (got.has_value()) {
      EXPECT_EQ(buffer.size(), size);
      EXPECT_FALSE(VerifyRecord(ImageKey(1), buffer.bytes()).has_value()) << size;
    }
    ASSERT_EQ(Outcome(Put(*store_, ImageKey(1), Record(ImageKey(1)))), "hit");  // and is written over
    EXPECT_EQ(GetOutcome(*store_, ImageKey(1)), "hit");
  }
}

TEST_F(MemcachedForeignTest, GetManyAndScanGoOnPastThem) {
  for (const int good : {1, 3, 5}) ASSERT_EQ(Outcome(Put(*store_, ImageKey(good), Record(ImageKey(good)))), "hit");
  Plant(ImageKey(2), std::string(5'000'000, 'x'));
  Plant(ImageKey(4), "END\r\nVALUE x 0 1\r\n");
  const std::vector<Key> keys = {ImageKey(1), ImageKey(2), ImageKey(3), ImageKey(4), ImageKey(5), ImageKey(6)};
  std::vector<std::string> outcomes(keys.size());
  const auto reader = store_->OpenReader().value();
  reader->GetMany(keys, [&](std::size_t i, const auto& record) { outcomes[i] = Outcome(record); });
  EXPECT_THAT(outcomes, ::testing::ElementsAre("hit", "corruption", "hit", "hit", "hit", "not_found"));
  int seen = 0;
  const auto scanned = reader->Scan({}, [&](const Key&, std::span<const std::byte>) {
    ++seen;
    return ScanAction::go_on;
  });
  EXPECT_EQ(Outcome(scanned), "hit");
  EXPECT_EQ(seen, 4);
}

TEST_F(MemcachedForeignTest, TheyDoNotKeepALeaseFromBeingTaken) {
  const Key lease = Key::Lease("ghcr.io/a/b");
  for (const std::size_t size : {0, 1, 100, 100'000}) {
    Plant(lease, std::string(size, 'x'));
    const auto record = Record(lease, 16, {.expiry = kNow + 60s});
    EXPECT_EQ(Outcome(PutIfAbsent(*store_, lease, record)), "hit");
    EXPECT_EQ(Outcome(PutIfAbsent(*store_, lease, record)), "already_exists");
  }
}

// A server that answers `greeting` to the first request of a connection and `answer` to the next.
class Parrot {
 public:
  explicit Parrot(std::string answer, std::string greeting = "VERSION 1.6.18\r\n")
      : answer_(std::move(answer)), greeting_(std::move(greeting)) {
    listener_ = std::move(*testing::BindLoopback(testing::Transport::tcp, 0));
    listen(listener_.fd(), 16);
    endpoint_ = "127.0.0.1:" + std::to_string(testing::LocalPort(listener_));
    thread_ = std::jthread([this] { Serve(); });
  }
  ~Parrot() { shutdown(listener_.fd(), SHUT_RDWR); }
  const std::string& endpoint() const { return endpoint_; }

 private:
  void Serve() {
    for (;;) {
      const testing::Socket client(accept(listener_.fd(), nullptr, nullptr));
      if (!client.valid()) return;
      char buffer[8192];
      for (const std::string& text : {greeting_, answer_}) {
        if (recv(client.fd(), buffer, sizeof buffer, 0) <= 0) break;
        send(client.fd(), text.data(), text.size(), MSG_NOSIGNAL);
      }
      shutdown(client.fd(), SHUT_WR);
      while (recv(client.fd(), buffer, sizeof buffer, 0) > 0) continue;
    }
  }

  const std::string answer_, greeting_;
  testing::Socket listener_;
  std::string endpoint_;
  std::jthread thread_;
};

TEST(MemcachedNonsenseTest, AnAnswerThatIsNoneIsUnavailableAndNeverAMiss) {
  const std::string other = TextOf(ImageKey(2));
  const std::string answers[] = {
      "ERROR\r\n",
      "SERVER_ERROR out of memory writing get response\r\n",
      "SERVER_ERROR\r\n",
      "CLIENT_ERROR line too long\r\n",
      "STORED\r\n",
      "\r\n",
      "garbage\r\n",
      std::string(3000, 'x'),
      "VALUE " + other + " 0 2\r\nhi\r\nEND\r\n",
      "VALUE " + TextOf(ImageKey(1)) + " 0 100\r\ncut off",
      "VALUE\r\n",
      "HTTP/1.1 400 Bad Request\r\n\r\n",
      "",
  };
  for (const std::string& answer : answers) {
    const Parrot parrot(answer);
    auto store = MustOpen(OptionsFor({parrot.endpoint()}));
    EXPECT_EQ(GetOutcome(*store, ImageKey(1)), "unavailable") << answer;
    const std::vector<Key> keys = {ImageKey(1), ImageKey(3)};
    store->OpenReader().value()->GetMany(
        keys, [&](std::size_t, const auto& record) { EXPECT_EQ(Outcome(record), "unavailable") << answer; });
  }
}

TEST(MemcachedNonsenseTest, ARefusedWriteSaysWhy) {
  const struct {
    std::string answer, code;
  } cases[] = {
      {"SERVER_ERROR object too large for cache\r\n", "too_large"},
      {"SERVER_ERROR out of memory storing object\r\n", "unavailable"},
      {"SERVER_ERROR something else\r\n", "unavailable"},
      {"CLIENT_ERROR bad data chunk\r\n", "unavailable"},
      {"ERROR\r\n", "unavailable"},
      {"NOT_STORED\r\n", "already_exists"},
      {"EXISTS\r\n", "unavailable"},
      {"NOT_FOUND\r\n", "unavailable"},
      {"garbage\r\n", "unavailable"},
      {"STORED\r\n", "hit"},
  };
  for (const auto& c : cases) {
    const Parrot parrot(c.answer);
    auto store = MustOpen(OptionsFor({parrot.endpoint()}));
    EXPECT_EQ(Outcome(Put(*store, ImageKey(1), Record(ImageKey(1)))), c.code) << c.answer;
  }
}

TEST(MemcachedNonsenseTest, WhatIsNoMemcachedIsUnavailable) {
  for (const std::string greeting :
       {"220 mail.example.org ESMTP\r\n", "* OK IMAP4rev1\r\n", "END\r\n", "STORED\r\n", "OK\r\n",
        "-ERR unknown command\r\n", "CLIENT_ERROR unauthenticated\r\n", "ERROR\r\n", ""}) {
    const Parrot parrot(greeting, greeting);
    auto store = MustOpen(OptionsFor({parrot.endpoint()}));
    EXPECT_EQ(GetOutcome(*store, ImageKey(1)), "unavailable") << greeting;
    EXPECT_EQ(Outcome(Put(*store, ImageKey(1), Record(ImageKey(1)))), "unavailable") << greeting;
    EXPECT_EQ(Outcome(PutIfAbsent(*store, ImageKey(1), Record(ImageKey(1)))), "unavailable") << greeting;
    EXPECT_EQ(Outcome(store->Stats()), "unavailable") << greeting;
  }
}

}  // namespace
}  // namespace larder::memcached
