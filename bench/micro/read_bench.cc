#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "larder/cache.h"
#include "micro/allocations.h"
#include "micro/engine_benches.h"
#include "micro/population.h"

namespace larder::bench {
namespace {

constexpr std::size_t kSample = 1 << 17;  // refs that reads go through, in random order
constexpr std::size_t kMany = 100;
constexpr std::size_t kAhead = 8;

std::vector<ImageRef> SampleRefs() {
  std::vector<ImageRef> refs;
  for (const auto number : RandomNumbers(kSample, 1)) refs.push_back(RefOf(number));
  return refs;
}

std::vector<Key> SampleKeys() {
  std::vector<Key> keys;
  for (const auto& ref : SampleRefs()) keys.push_back(Key::Image(ref.name().Canonical(), ref.tag()));
  return keys;
}

// A caller has just made its key or ref: it is in the processor's cache, which a long list of them is not.
void HaveAtHand(const Key& key) { __builtin_prefetch(&key); }
void HaveAtHand(const ImageRef& ref) {
  __builtin_prefetch(&ref);
  __builtin_prefetch(reinterpret_cast<const char*>(&ref) + 64);
  __builtin_prefetch(reinterpret_cast<const char*>(&ref) + 128);
}
void HaveTextsAtHand(const Key&) {}
void HaveTextsAtHand(const ImageRef& ref) {
  __builtin_prefetch(ref.name().path().data());
  __builtin_prefetch(ref.tag().data());
}

template <class Item, class Work>
void Register(const std::string& name, std::shared_ptr<const std::vector<Item>> items, Work work) {
  benchmark::RegisterBenchmark(name.c_str(), [items, work](benchmark::State& state) {
    const CountAllocations count(state);
    std::size_t i = 0;
    for (auto _ : state) {
      HaveAtHand((*items)[(i + 2 * kAhead) % kSample]);
      HaveTextsAtHand((*items)[(i + kAhead) % kSample]);
      benchmark::DoNotOptimize(work((*items)[i]));
      i = (i + 1) % kSample;
    }
  });
}

std::uint64_t GetMany(Store& store, std::span<const Key> keys) {
  auto reader = store.OpenReader();
  if (!reader.has_value()) return 0;
  std::uint64_t sum = 0;
  (*reader)->GetMany(keys, [&](std::size_t, Result<std::span<const std::byte>> found) {
    if (found.has_value()) sum += Touch(found->data(), found->size());
  });
  return sum;
}

void RegisterMany(Engine& engine, const std::shared_ptr<const std::vector<Key>>& keys) {
  auto& raw = *engine.raw;
  auto& store = *engine.store;
  const auto add = [&](const char* who, auto work) {
    benchmark::RegisterBenchmark((engine.name + "/get_many_100/" + who).c_str(), [keys, work](benchmark::State& state) {
      const CountAllocations count(state);
      std::size_t i = 0;
      for (auto _ : state) {
        benchmark::DoNotOptimize(work(std::span(*keys).subspan(i, kMany)));
        i = (i + kMany) % (kSample - kMany);
      }
    });
  };
  add("raw", [&raw](std::span<const Key> some) { return raw.GetMany(some); });
  add("store", [&store](std::span<const Key> some) { return GetMany(store, some); });
}

}  // namespace

void RegisterReads(Engine& engine) {
  static const auto refs = std::make_shared<const std::vector<ImageRef>>(SampleRefs());
  static const auto keys = std::make_shared<const std::vector<Key>>(SampleKeys());
  auto& raw = *engine.raw;
  auto& store = *engine.store;
  const auto cache = std::make_shared<const Cache>(store);
  Register(engine.name + "/get/raw", keys, [&raw](const Key& key) { return raw.Get(key); });
  Register(engine.name + "/get/store", keys, [&store](const Key& key) {
    RecordBuf buffer;
    return store.Get(key, buffer).has_value();
  });
  Register(engine.name + "/get/cache", refs,
           [cache](const ImageRef& ref) { return cache->Image(ref, kNow)->status(); });
  Register(engine.name + "/get_by_the_clock/cache", refs,
           [cache](const ImageRef& ref) { return cache->Entry(ref).has_value(); });
  // Other items of the same repositories: what a host asks for by mistake.
  const auto absent = [](const Key& key) {
    auto bytes = key.bytes();
    std::array<std::byte, Key::kSize> other;
    std::copy(bytes.begin(), bytes.end(), other.begin());
    other.back() ^= std::byte{1};
    return Key::FromBytes(other);
  };
  Register(engine.name + "/miss/raw", keys, [&raw, absent](const Key& key) { return raw.Get(absent(key)); });
  Register(engine.name + "/miss/store", keys, [&store, absent](const Key& key) {
    RecordBuf buffer;
    return store.Get(absent(key), buffer).has_value();
  });
  RegisterMany(engine, keys);
}

}  // namespace larder::bench
