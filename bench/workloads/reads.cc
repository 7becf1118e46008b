#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "workloads/fill.h"
#include "workloads/pick.h"
#include "workloads/runner.h"

namespace larder::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Refs are made before the clock runs, so many that their records do not stay in the processor's caches.
constexpr std::size_t kSample = 1 << 17;

struct Picked {
  std::uint64_t image;
  ImageRef ref;
};

std::vector<Picked> Pick(const WorkloadConfig& config, const ImageSet& images, unsigned thread) {
  Random random(config.seed + 1000 * (thread + 1));
  std::vector<Picked> picked;
  picked.reserve(kSample);
  if (config.zipf) {
    const Zipf zipf(images.size(), config.theta);
    const Scatter scatter(images.size());
    while (picked.size() < kSample) picked.push_back({scatter.Of(zipf.Next(random)), {}});
  } else {
    while (picked.size() < kSample) picked.push_back({random.Below(images.size()), {}});
  }
  for (auto& each : picked) each.ref = images.RefOf(each.image);
  return picked;
}

WorkloadResult Describe(const WorkloadConfig& config, const ImageSet& images, std::string call) {
  WorkloadResult result;
  result.workload = config.name;
  result.call = std::move(call);
  result.images = images.size();
  result.threads = config.threads;
  return result;
}

// Runs `work(thread, stop, result)` on as many threads as configured, for as long as configured after all are ready.
template <class Work>
WorkloadResult OnThreads(const WorkloadConfig& config, const ImageSet& images, std::string call, Work work) {
  std::atomic<bool> stop{false};
  std::atomic<unsigned> ready{0};
  std::vector<WorkloadResult> parts(config.threads, Describe(config, images, call));
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < config.threads; ++i) {
    threads.emplace_back([&, i] { work(i, ready, stop, parts[i]); });
  }
  while (ready.load() < config.threads) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::duration<double>(config.seconds));
  stop = true;
  for (auto& thread : threads) thread.join();
  WorkloadResult all = Describe(config, images, std::move(call));
  for (const auto& part : parts) {
    all.latency.Add(part.latency);
    all.items += part.items;
    all.wrong += part.wrong;
    all.missing += part.missing;
  }
  all.memory_bytes = OwnMemoryBytes();
  return all;
}

void WaitForAll(std::atomic<unsigned>& ready, unsigned threads) {
  ++ready;
  while (ready.load() < threads) std::this_thread::yield();
}

}  // namespace

WorkloadResult RunReads(const WorkloadConfig& config, const ImageSet& images, const OpenSubject& open) {
  return OnThreads(config, images, "image", [&](unsigned thread, auto& ready, auto& stop, WorkloadResult& result) {
    const auto picked = Pick(config, images, thread);
    const auto subject = open();
    WaitForAll(ready, config.threads);
    for (std::size_t i = 0; !stop.load(std::memory_order_relaxed); i = (i + 1) % kSample) {
      const auto begin = Clock::now();
      subject->Read(picked[i].ref);
      result.latency.Record(Clock::now() - begin);
      const Answer answer = subject->Check(picked[i].image);
      result.wrong += answer == Answer::wrong ? 1 : 0;
      result.missing += answer == Answer::missing ? 1 : 0;
      ++result.items;
    }
  });
}

WorkloadResult RunScans(const WorkloadConfig& config, const ImageSet& images, const OpenSubject& open) {
  return OnThreads(config, images, "repository", [&](unsigned thread, auto& ready, auto& stop, WorkloadResult& result) {
    Random random(config.seed + 1000 * (thread + 1));
    const auto subject = open();
    WaitForAll(ready, config.threads);
    while (!stop.load(std::memory_order_relaxed)) {
      const std::uint64_t repository = random.Below(images.repositories());
      const auto range = images.ImagesOf(repository);
      const auto begin = Clock::now();
      const std::uint64_t found = subject->ReadRepository(repository);
      result.latency.Record(Clock::now() - begin);
      const std::uint64_t wanted = range.end - range.begin;
      result.items += wanted;
      result.missing += wanted - std::min(wanted, found);
      result.wrong += wanted - subject->CheckRepository(repository);
    }
  });
}

Result<WorkloadResult> RunReadsUnderRefresh(const WorkloadConfig& config, const ImageSet& images, Store& store) {
  std::atomic<bool> stop{false};
  std::uint64_t wrong = 0;
  Result<void> refreshed;
  std::thread writer([&] {
    Random random(config.seed);
    while (refreshed.has_value() && !stop.load()) {
      std::vector<std::uint64_t> batch(config.batch);
      for (auto& image : batch) image = random.Below(images.size());
      auto more = RefreshBatch(store, images, batch, config.moved, random.Next());
      if (more.has_value()) {
        wrong += *more;
      } else {
        refreshed = std::unexpected<Error>(std::move(more).error());
      }
    }
  });
  auto result = RunReads(config, images, [&] { return std::make_unique<LarderSubject>(store, images); });
  stop = true;
  writer.join();
  LARDER_RETURN_IF_ERROR(std::move(refreshed));
  result.wrong += wrong;
  return result;
}

Result<WorkloadResult> RunRefresh(const WorkloadConfig& config, const ImageSet& images, Store& store) {
  WorkloadResult result = Describe(config, images, "batch");
  result.threads = 1;
  Random random(config.seed);
  const auto end = Clock::now() + std::chrono::duration<double>(config.seconds);
  while (Clock::now() < end) {
    // What is due together lies together: deadlines are those of a listing.
    std::vector<std::uint64_t> batch(std::min<std::uint64_t>(config.batch, images.size()));
    std::uint64_t image = random.Below(images.size() - batch.size() + 1);
    for (auto& each : batch) each = image++;
    const auto begin = Clock::now();
    LARDER_ASSIGN_OR_RETURN(const auto wrong, RefreshBatch(store, images, batch, config.moved, random.Next()));
    result.latency.Record(Clock::now() - begin);
    result.items += batch.size();
    result.wrong += wrong;
  }
  result.memory_bytes = OwnMemoryBytes();
  return result;
}

}  // namespace larder::bench
