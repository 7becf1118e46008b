#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "images/made_image.h"
#include "larder/cache.h"
#include "larder/open_store.h"
#include "spread.h"
#include "support/child.h"
#include "workloads/apart.h"
#include "workloads/fill.h"
#include "workloads/pick.h"
#include "workloads/result.h"
#include "workloads/runner.h"

namespace larder::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBatchesBeforeKill = 5;

// The writer's last words; its parent only sees that it ended.
int TellWriterError(const Error& error) {
  std::fprintf(stderr, "larder-bench: the writer: %s\n", error.ToString().c_str());
  return EXIT_FAILURE;
}

// In a process that is killed while it does so.
int WriteUntilKilled(const ImageSet& images, const std::string& url, std::size_t size, std::uint64_t seed,
                     const Parent& parent) {
  auto store = OpenStore(url);
  if (!store.has_value()) return TellWriterError(store.error());
  Random random(seed);
  for (;;) {
    std::vector<std::uint64_t> batch(size);
    for (auto& image : batch) image = random.Below(images.size());
    const auto refreshed = RefreshBatch(**store, images, batch, 0.01, random.Next());
    if (!refreshed.has_value()) return TellWriterError(refreshed.error());
    if (!parent.Say('w')) return EXIT_FAILURE;
  }
}

Result<Measured> TimeFirstRead(const ImageSet& images, const std::string& url, std::uint64_t image) {
  const ImageRef ref = images.RefOf(image);
  Measured measured;
  const auto begin = Clock::now();
  LARDER_ASSIGN_OR_RETURN(const auto store, OpenStore(url));
  const Cache cache(*store);
  const auto view = cache.Image(ref, kNow);
  measured.latency.Record(Clock::now() - begin);
  measured.items = 1;
  if (!view.has_value()) {
    measured.missing = 1;
  } else if (!images.Matches(image, view->ToRecord())) {
    measured.wrong = 1;
  }
  measured.memory_bytes = OwnMemoryBytes();
  LARDER_ASSIGN_OR_RETURN(const auto stats, store->Stats());
  measured.disk_bytes = stats.file_bytes;
  return measured;
}

}  // namespace

Result<Measured> RunRestarts(const WorkloadConfig& config, const ImageSet& images, const std::string& url) {
  Measured all;
  std::vector<double> starts;
  Random random(config.seed);
  for (unsigned i = 0; i < config.repetitions; ++i) {
    Child writer(
        [&](const Parent& parent) { return WriteUntilKilled(images, url, config.batch, config.seed + i, parent); });
    for (int batches = 0; batches < kBatchesBeforeKill; ++batches) {
      if (writer.Hear() != 'w') return Fail(Errc::unavailable, "the writing process ended by itself");
    }
    writer.Kill();
    const std::uint64_t image = random.Below(images.size());
    LARDER_ASSIGN_OR_RETURN(const Measured start, RunApart([&] { return TimeFirstRead(images, url, image); }));
    all.latency.Add(start.latency);
    starts.push_back(static_cast<double>(start.latency.max_ns()));
    all.items += start.items;
    all.wrong += start.wrong;
    all.missing += start.missing;
    all.memory_bytes = start.memory_bytes;
    all.disk_bytes = start.disk_bytes;
  }
  all.spread = SpreadOf(starts);
  return all;
}

}  // namespace larder::bench
