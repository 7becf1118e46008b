#include <benchmark/benchmark.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "larder/cache.h"
#include "micro/engine_benches.h"
#include "micro/outside.h"
#include "micro/population.h"
#include "spread.h"

namespace larder::bench {
namespace {

constexpr std::size_t kRefs = 1 << 14;
constexpr std::size_t kKeysACall = 100;

// `prepare` makes what the call of that number asks by; `work` asks, and is false where an answer is missing. Counts
// what the median call takes outside of libmemcached, for each of its items.
template <class Prepare, class Work>
void CountOutside(const std::string& name, double items, Prepare prepare, Work work) {
  benchmark::RegisterBenchmark(name.c_str(), [items, prepare, work](benchmark::State& state) {
    OutsideClock clock;
    std::vector<double> outside;
    std::size_t i = 0;
    for (auto _ : state) {
      const auto asked = prepare(i++);  // a caller has just made what it asks by
      clock.Begin();
      const bool whole = work(asked);
      outside.push_back(clock.End());
      if (!whole) return state.SkipWithError("an image is missing");
    }
    state.counters[kOutsideNs] = MedianOf(outside) / items;
    state.counters["clock_ns"] = clock.call_ns();
  });
}

}  // namespace

void RegisterOutside(Engine& engine) {
  const auto refs = std::make_shared<std::vector<ImageRef>>();
  for (const auto number : RandomNumbers(kRefs, 3)) refs->push_back(RefOf(number));
  auto& store = *engine.store;
  const auto cache = std::make_shared<const Cache>(store);
  CountOutside(
      engine.name + "/get/outside", 1, [refs](std::size_t i) { return (*refs)[i % kRefs]; },
      [cache](const ImageRef& ref) { return cache->Image(ref, kNow).has_value(); });
  CountOutside(
      engine.name + "/get_many_100/outside", kKeysACall,
      [refs](std::size_t call) {
        std::vector<Key> keys;
        for (std::size_t i = 0; i < kKeysACall; ++i) {
          const ImageRef& ref = (*refs)[(call * kKeysACall + i) % kRefs];
          keys.push_back(Key::Image(ref.name().Canonical(), ref.tag()));
        }
        return keys;
      },
      [&store](const std::vector<Key>& keys) {
        const auto reader = store.OpenReader();
        if (!reader.has_value()) return false;
        std::size_t found = 0;
        (*reader)->GetMany(
            keys, [&](std::size_t, Result<std::span<const std::byte>> record) { found += record.has_value() ? 1 : 0; });
        return found == keys.size();
      });
}

}  // namespace larder::bench
