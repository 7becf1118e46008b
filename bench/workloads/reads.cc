#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "workloads/fill.h"
#include "workloads/on_threads.h"
#include "workloads/pick.h"
#include "workloads/runner.h"

namespace larder::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Picked {
  std::uint64_t image = 0;
  ImageRef ref;
};

Picker PickerOf(const WorkloadConfig& config, const ImageSet& images, unsigned thread) {
  return Picker(images.size(), config.zipf ? config.theta : 0, config.seed + 1000 * (thread + 1), thread,
                config.threads);
}

}  // namespace

// Some refs are made, all are read, all answers are checked: what is around the reading takes longer than it, and
// leaves the processor's caches to the next one as seldom as can be.
Result<Measured> RunReads(const WorkloadConfig& config, const ImageSet& images, const OpenSubject& open) {
  return RunOnThreads(config.threads, config.seconds, [&](unsigned thread, Turns& turns, Part& part) {
    Picker picker = PickerOf(config, images, thread);
    const auto subject = open();
    std::array<Picked, Subject::kAtOnce> picked;
    turns.Arrive();
    for (int round = turns.round(); round < kRounds; round = turns.round()) {
      for (auto& each : picked) {
        each.image = picker.Next();
        each.ref = images.RefOf(each.image);
      }
      for (std::size_t slot = 0; slot < picked.size(); ++slot) {
        const auto begin = Clock::now();
        subject->Read(slot, picked[slot].ref);
        turns.Record(part, round, Clock::now() - begin, 1);
      }
      for (std::size_t slot = 0; slot < picked.size(); ++slot) {
        const Answer answer = subject->Check(slot, picked[slot].image);
        part.wrong += answer == Answer::wrong ? 1 : 0;
        part.missing += answer == Answer::missing ? 1 : 0;
      }
    }
  });
}

Result<Measured> RunScans(const WorkloadConfig& config, const ImageSet& images, const OpenSubject& open) {
  return RunOnThreads(config.threads, config.seconds, [&](unsigned thread, Turns& turns, Part& part) {
    Random random(config.seed + 1000 * (thread + 1));
    const auto subject = open();
    turns.Arrive();
    for (int round = turns.round(); round < kRounds; round = turns.round()) {
      const std::uint64_t repository = random.Below(images.repositories());
      const auto range = images.ImagesOf(repository);
      const std::uint64_t wanted = range.end - range.begin;
      const auto begin = Clock::now();
      const std::uint64_t found = subject->ReadRepository(repository);
      turns.Record(part, round, Clock::now() - begin, wanted);
      part.missing += wanted - std::min(wanted, found);
      part.wrong += wanted - std::min(wanted, subject->CheckRepository(repository));
    }
  });
}

Result<Measured> RunReadsUnderRefresh(const WorkloadConfig& config, const ImageSet& images, Store& store) {
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
        wrong += more->wrong;
      } else {
        refreshed = std::unexpected<Error>(std::move(more).error());
      }
    }
  });
  auto measured = RunReads(config, images, [&] { return std::make_unique<LarderSubject>(store, images); });
  stop = true;
  writer.join();
  LARDER_RETURN_IF_ERROR(std::move(refreshed));
  if (measured.has_value()) measured->wrong += wrong;
  return measured;
}

Result<Measured> RunRefresh(const WorkloadConfig& config, const ImageSet& images, Store& store) {
  return RunOnThreads(config.threads, config.seconds, [&](unsigned thread, Turns& turns, Part& part) {
    Random random(config.seed + thread);
    turns.Arrive();
    for (int round = turns.round(); round < kRounds && part.status.has_value(); round = turns.round()) {
      // What is due together lies together: deadlines are those of a listing.
      std::vector<std::uint64_t> batch(std::min<std::uint64_t>(config.batch, images.size()));
      std::uint64_t image = random.Below(images.size() - batch.size() + 1);
      for (auto& each : batch) each = image++;
      auto refreshed = RefreshBatch(store, images, batch, config.moved, random.Next());
      if (refreshed.has_value()) {
        turns.Record(part, round, refreshed->taken, batch.size());
        part.wrong += refreshed->wrong;
      } else {
        part.status = std::unexpected<Error>(std::move(refreshed).error());
      }
    }
  });
}

}  // namespace larder::bench
