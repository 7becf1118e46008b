// What the tests of this engine share: records, stores on real servers, and memcached's protocol by hand.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "key_codec.h"
#include "larder/memcached_store.h"
#include "larder/time.h"
#include "lines.h"
#include "support/memcached_server.h"
#include "support/servers.h"

namespace larder::memcached {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
using Server1 = std::unique_ptr<testing::MemcachedServer>;

inline const Time kNow{Duration{1'700'000'000'000}};

// For what has to work: patient, since the machine may be busy.
inline constexpr std::chrono::milliseconds kPatient{10'000};

inline Server1 StartServer(testing::MemcachedOptions options = {}) {
  auto server = testing::MemcachedServer::Start(std::move(options));
  if (!server.has_value()) {
    ADD_FAILURE() << server.error().ToString();
    return nullptr;
  }
  return std::move(*server);
}

inline MemcachedOptions OptionsFor(std::vector<std::string> servers, std::chrono::milliseconds timeout = kPatient) {
  MemcachedOptions options;
  options.servers = std::move(servers);
  options.timeout = timeout;
  return options;
}

inline std::unique_ptr<Store> MustOpen(MemcachedOptions options) {
  auto store = OpenMemcachedStore(std::move(options));
  if (!store.has_value()) {
    ADD_FAILURE() << store.error().ToString();
    return nullptr;
  }
  return std::move(*store);
}

inline Key ImageKey(int number) { return Key::Image("ghcr.io/larder/app", "v" + std::to_string(number)); }

inline std::vector<std::byte> Record(const Key& key, std::size_t payload, RecordHeader header) {
  header.kind = key.kind();
  const std::vector<std::byte> bytes(payload, static_cast<std::byte>(payload * 31 + 7));
  return MakeRecord(key, header, bytes).value();
}

inline std::vector<std::byte> Record(const Key& key, std::size_t payload = 100) {
  return Record(key, payload, {.deadline = kNow + 1h, .expiry = kNow + 24h * 30});
}

inline Result<void> WriteOnly(Store& store, const WriteBatch& batch, Time now = kNow) {
  auto results = store.Write(batch, {.now = now});
  if (!results.has_value()) return std::unexpected<Error>(std::move(results).error());
  return results->at(0);
}

inline void WriteAll(Store& store, const WriteBatch& batch) {
  const auto results = store.Write(batch, {.now = kNow});
  ASSERT_TRUE(results.has_value()) << results.error().ToString();
  for (const auto& result : *results) ASSERT_TRUE(result.has_value()) << result.error().ToString();
}

inline Result<void> Put(Store& store, const Key& key, std::vector<std::byte> record, Time now = kNow) {
  WriteBatch batch;
  batch.Put(key, std::move(record));
  return WriteOnly(store, batch, now);
}

inline Result<void> PutIfAbsent(Store& store, const Key& key, std::vector<std::byte> record, Time now = kNow) {
  WriteBatch batch;
  batch.PutIfAbsent(key, std::move(record));
  return WriteOnly(store, batch, now);
}

// "hit", or the name of the error's code.
template <class T>
std::string Outcome(const Result<T>& result) {
  return result.has_value() ? "hit" : std::string(ErrcName(result.error().code));
}

inline std::string GetOutcome(Store& store, const Key& key) {
  RecordBuf buffer;
  return Outcome(store.Get(key, buffer));
}

inline std::string TextOf(const Key& key, std::string_view key_namespace = "larder") {
  return std::string(KeyText(KeyCodec::Make(key_namespace).value(), key).view());
}

// memcached's text protocol by hand.
class RawClient {
 public:
  explicit RawClient(const std::string& endpoint)
      : lines_(Lines::Connect(ParseAddress(endpoint).value(), Lines::Clock::now() + kPatient).value()) {}

  // Sends, and gives the first line of the answer.
  std::string Ask(const std::string& request) {
    const auto sent = lines_.Send(request + "\r\n");
    if (!sent.has_value()) return sent.error().ToString();
    const auto line = lines_.Next();
    return line.has_value() ? std::string(*line) : line.error().ToString();
  }
  std::string Set(const std::string& key, const std::string& value) {
    return Ask("set " + key + " 0 0 " + std::to_string(value.size()) + "\r\n" + value);
  }

 private:
  Lines lines_;
};

class Stopwatch {
 public:
  std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace larder::memcached
