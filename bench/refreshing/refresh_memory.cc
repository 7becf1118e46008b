// What a repository of 50,000 tags needs above idle. The registry is a process of its own.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "figures.h"
#include "larder/lmdb_store.h"
#include "larder/remote_client.h"
#include "support/sample_registry.h"
#include "support/temp_dir.h"

namespace larder::bench {
namespace {

constexpr std::size_t kLargeTags = 50'000;

// A child that serves until its standard input ends.
class RegistryProcess {
 public:
  RegistryProcess() {
    int up[2], down[2];
    if (::pipe(up) != 0 || ::pipe(down) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(down[1]);
      Serve(up[1], down[0]);
      ::_exit(0);
    }
    ::close(up[1]);
    ::close(down[0]);
    stop_ = down[1];
    char buffer[64] = "";
    const ssize_t got = ::read(up[0], buffer, sizeof buffer - 1);
    if (got > 0) host_.assign(buffer, static_cast<std::size_t>(got));
    ::close(up[0]);
  }
  ~RegistryProcess() {
    ::close(stop_);
    ::waitpid(pid_, nullptr, 0);
  }
  RegistryProcess(const RegistryProcess&) = delete;
  RegistryProcess& operator=(const RegistryProcess&) = delete;
  const std::string& host() const { return host_; }

 private:
  static void Serve(int up, int down) {
    testing::SampleRegistry registry;
    registry.Put(samples::MakeUniformRepository("small/app", 10, 2));
    registry.Put(samples::MakeUniformRepository("large/app", kLargeTags, 50));
    const std::string host = registry.host();
    char byte = 0;
    if (::write(up, host.data(), host.size()) > 0) static_cast<void>(::read(down, &byte, 1));
  }
  pid_t pid_ = -1;
  int stop_ = -1;
  std::string host_;
};

// Anonymous memory in MiB: what is neither file nor shared. LMDB's pages are the file's.
double Anonymous() {
  std::ifstream file("/proc/self/status");
  std::string word;
  double kib = 0;
  while (file >> word) {
    if (word == "RssAnon:" && file >> kib) break;
  }
  return kib / 1024;
}

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

bool MeasureMemory() {
  const RegistryProcess registry;
  testing::TempDir directory;
  LmdbOptions options;
  options.path = directory / "store";
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
  PrintFigure("idle: anonymous memory", idle, "MiB");
  PrintFigure("50,000 tags, cold: peak above idle", cold_peak - idle, "MiB", 16);
  PrintFigure("50,000 tags, every one asked again: peak above idle", warm_peak - idle, "MiB", 16);
  const bool whole = filled.counts.known == kLargeTags && again.same == kLargeTags;
  if (!whole) std::printf("it did not become complete: the figures mean nothing\n");
  return whole;
}

}  // namespace larder::bench
