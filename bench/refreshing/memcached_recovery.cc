// How long reads go without a memcached server that was silent, or was killed, and is back.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "figures.h"
#include "images/made_image.h"
#include "larder/memcached_store.h"
#include "spread.h"
#include "support/memcached_server.h"

namespace larder::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOutages = 5;
constexpr std::chrono::seconds kPatience{30};

double MsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// Whether the server answers; a restarted one has no record, which is an answer too.
bool IsAnswered(Store& store, const Key& key) {
  RecordBuf buffer;
  const auto got = store.Get(key, buffer);
  return got.has_value() || got.error().code == Errc::not_found;
}

// Asks every millisecond. Answers after how many, or -1.
double MsUntilAnswered(Store& store, const Key& key) {
  const auto begin = Clock::now();
  while (!IsAnswered(store, key)) {
    if (Clock::now() - begin > kPatience) return -1;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return MsSince(begin);
}

}  // namespace

bool MeasureRecovery(Figures& figures) {
  auto server = testing::MemcachedServer::Start();
  if (!server.has_value()) {
    std::printf("no memcached: ./dev deps unpacks one\n");
    return false;
  }
  MemcachedOptions options;
  options.servers = {(*server)->endpoint()};
  const auto store = OpenMemcachedStore(options).value();
  const auto record = MadeRecord(ImageRef::Parse("ghcr.io/a/b:v1").value(), 3);
  WriteBatch batch;
  batch.Put(KeyOf(record), BuildImageRecord(record).value());
  WriteOptions write;
  write.now = kNow;
  const auto written = store->Write(batch, write);
  bool ok = written.has_value() && written->front().has_value() && IsAnswered(*store, KeyOf(record));
  std::vector<double> noticed, continued, restarted;
  for (int i = 0; ok && i < kOutages; ++i) {
    (*server)->Pause();
    const auto silent = Clock::now();
    ok = !IsAnswered(*store, KeyOf(record));
    noticed.push_back(MsSince(silent));
    (*server)->Resume();
    continued.push_back(MsUntilAnswered(*store, KeyOf(record)));
    (*server)->Kill();
    while (IsAnswered(*store, KeyOf(record))) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ok = ok && (*server)->Restart().has_value();
    restarted.push_back(MsUntilAnswered(*store, KeyOf(record)));
    ok = ok && continued.back() >= 0 && restarted.back() >= 0;
  }
  if (!ok) {
    std::printf("memcached: an outage was not noticed, or did not end: the figures mean nothing\n");
    return false;
  }
  figures.State("memcached recovery: first get of a server that fell silent (timeout 1 s)", MedianOf(noticed), "ms");
  figures.State("memcached recovery: from SIGCONT to the first answered get", MedianOf(continued), "ms");
  figures.State("memcached recovery: from a restart to the first answered get", MedianOf(restarted), "ms");
  return true;
}

}  // namespace larder::bench
