#include <benchmark/benchmark.h>

#include <memory>
#include <span>
#include <vector>

#include "larder/cache.h"
#include "micro/allocations.h"
#include "micro/collect.h"
#include "micro/engine_benches.h"
#include "micro/population.h"

namespace larder::bench {
namespace {

constexpr std::size_t kBatches = 64;

using Batches = std::vector<std::vector<KeyAndBytes>>;

Batches MakeBatches() {
  Batches batches(kBatches);
  const auto numbers = RandomNumbers(kBatches * kBatch, 7);
  for (std::size_t i = 0; i < numbers.size(); ++i) batches[i / kBatch].push_back(StoredOf(numbers[i]));
  return batches;
}

}  // namespace

void RegisterScans(Engine& engine) {
  auto& raw = *engine.raw;
  auto& store = *engine.store;
  const auto cache = std::make_shared<const Cache>(store);
  const auto name = ImageName::Parse(kLargeName).value();
  const auto range = KeyRange::OfRepository(RecordKind::image, name.Canonical());
  const auto key = Key::Repository(name.Canonical());
  // `work` answers whether it found all that is there: what finds less is fast.
  const auto add = [&](const char* work_name, auto work) {
    return benchmark::RegisterBenchmark((engine.name + work_name).c_str(), [work](benchmark::State& state) {
      const CountAllocations count(state);
      std::size_t gaps = 0;
      for (auto _ : state) {
        if (!work()) ++gaps;
      }
      if (gaps > 0) state.SkipWithError("not all that was written was found");
    });
  };
  add("/repository_visit_10000/raw", [&raw, range] {
    return raw.Scan(range, kMaxRecordBytes) == kLargeTags;
  })->Unit(benchmark::kMicrosecond);
  add("/repository_visit_10000/store", [&store, range] {
    Reader::ScanOptions options;
    options.range = range;
    std::uint64_t sum = 0;
    std::size_t found = 0;
    const auto reader = Must(store.OpenReader());
    Check(reader->Scan(options, [&](const Key&, std::span<const std::byte> record) {
      sum += Touch(record.data(), record.size());
      ++found;
      return ScanAction::go_on;
    }));
    benchmark::DoNotOptimize(sum);
    return found == kLargeTags;
  })->Unit(benchmark::kMicrosecond);
  if (!store.Traits().ordered) return;  // Cache looks up what a listing names, and Collect has nothing to do
  add("/repository_open/raw", [&raw, key] { return raw.Get(key) != 0; });
  add("/repository_open/cache", [cache, name] { return cache->Repository(name, kNow).has_value(); });
  add("/repository_visit_10000/cache", [cache, name] {
    std::uint64_t sum = 0;
    const auto view = cache->Repository(name, kNow);
    if (!view.has_value()) Check(std::unexpected<Error>(view.error()));
    const auto visited = view->VisitImages([&](const ImageSpan& image) {
      sum += static_cast<std::uint64_t>(image.status());
      return ScanAction::go_on;
    });
    benchmark::DoNotOptimize(sum);
    return visited.has_value() && visited->visited == kLargeTags && visited->broken == 0;
  })->Unit(benchmark::kMicrosecond);
  // Nothing is expired: what looking costs. Age() collects what is.
  add("/collect/raw", [&raw] { return raw.Scan(KeyRange::All(), kRecordHeaderBytes) >= Images() + kLargeTags; })
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
  benchmark::RegisterBenchmark((engine.name + "/collect/store").c_str(),
                               [&store](benchmark::State& state) {
                                 const CountAllocations count(state);
                                 for (auto _ : state) {
                                   const auto collected = CollectAll(store, kNow);
                                   if (!collected.has_value())
                                     return state.SkipWithError(collected.error().message.c_str());
                                   state.counters["slice_ms"] = collected->longest_ms;
                                 }
                               })
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
}

void RegisterWrites(Engine& engine) {
  static const auto batches = std::make_shared<const Batches>(MakeBatches());  // shared by all engines
  auto& raw = *engine.raw;
  auto& store = *engine.store;
  const auto add = [&](const char* who, auto work) {
    benchmark::RegisterBenchmark((engine.name + "/write_512/" + who).c_str(), [work](benchmark::State& state) {
      const CountAllocations count(state);
      std::size_t i = 0;
      for (auto _ : state) work((*batches)[i++ % kBatches]);
    })->Unit(benchmark::kMicrosecond);
  };
  add("raw", [&raw](const std::vector<KeyAndBytes>& batch) { raw.Write(batch); });
  add("store", [&store](const std::vector<KeyAndBytes>& batch) { WriteRecords(store, batch); });
}

}  // namespace larder::bench
