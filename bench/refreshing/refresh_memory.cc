// What a repository of 50,000 tags needs above idle. The registry is a process of its own.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "figures.h"
#include "larder/lmdb_store.h"
#include "larder/remote_client.h"
#include "scratch.h"
#include "support/child.h"
#include "support/sample_registry.h"
#include "workloads/result.h"

namespace larder::bench {
namespace {

constexpr std::size_t kLargeTags = 50'000;

// A child that serves until this goes.
class RegistryProcess {
 public:
  RegistryProcess()
      : child_([](const Parent& parent) {
          testing::SampleRegistry registry;
          registry.Put(samples::MakeUniformRepository("small/app", 10, 2));
          registry.Put(samples::MakeUniformRepository("large/app", kLargeTags, 50));
          for (const char c : registry.host() + "\n") parent.Say(c);
          parent.Hear();
          return 0;
        }) {
    for (char c = child_.Hear(); c != '\n' && c != '\0'; c = child_.Hear()) host_ += c;
  }
  const std::string& host() const { return host_; }

 private:
  Child child_;
  std::string host_;
};

// In MiB. LMDB's pages are the file's.
double Anonymous() { return static_cast<double>(OwnMemoryBytes()) / (1 << 20); }

class Peak {
 public:
  Peak() : thread_([this] { Watch(); }) {}
  ~Peak() { Take(); }
  double Take() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return peak_;
  }

 private:
  void Watch() {
    while (!stop_) {
      peak_ = std::max(peak_, Anonymous());
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  std::atomic<bool> stop_ = false;
  double peak_ = 0;
  std::thread thread_;
};

}  // namespace

bool MeasureMemory(Figures& figures) {
  const RegistryProcess registry;
  const Scratch directory("larder-bench-refreshing");
  LmdbOptions options;
  options.path = directory.path() / "store";
  auto store = OpenLmdbStore(options).value();
  auto network = Network::Start(Unlimited(10)).value();
  auto factory = MakeRemoteClientFactory(*network, {});
  Refresher refresher(*network, *factory, *store);
  const auto refresh = [&](const std::string& name, bool all) {
    RefreshRequest request;
    request.ref = ImageRef::Parse(registry.host() + "/" + name).value();
    request.all = all;
    return refresher.RefreshNow(std::move(request)).get();
  };
  refresh("small/app", false);
  const double idle = Anonymous();
  Peak cold;
  const auto filled = refresh("large/app", false);
  const double cold_peak = cold.Take();
  Peak warm;
  const auto again = refresh("large/app", true);
  const double warm_peak = warm.Take();
  figures.Add("idle: anonymous memory", idle, "MiB");
  figures.Add("50,000 tags, cold: peak above idle", cold_peak - idle, "MiB", 16);
  figures.Add("50,000 tags, every one asked again: peak above idle", warm_peak - idle, "MiB", 16);
  const bool whole = filled.counts.known == kLargeTags && again.same == kLargeTags;
  if (!whole) std::printf("it did not become complete: the figures mean nothing\n");
  return whole;
}

}  // namespace larder::bench
