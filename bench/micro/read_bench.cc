#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "larder/cache.h"
#include "micro/allocations.h"
#include "micro/engine_benches.h"
#include "micro/population.h"

namespace larder::bench {
namespace {

constexpr std::size_t kQuestions = 1 << 17;  // what reads go through, in random order
constexpr std::size_t kMany = 100;
constexpr std::size_t kAhead = 8;

// What a caller asks by: of the bare engine and of a store the key, of Cache the ref.
struct Asked {
  ImageRef ref;
  Key key;
};
using Questions = std::vector<Asked>;

Questions MakeQuestions() {
  Questions questions;
  for (const auto number : RandomNumbers(kQuestions, 1)) {
    ImageRef ref = RefOf(number);
    const Key key = Key::Image(ref.name().Canonical(), ref.tag());
    questions.push_back({std::move(ref), key});
  }
  return questions;
}

// A caller has just made what it asks by: that is in the processor's cache, which a long list is not. All the
// benchmarks of a get walk the same list in the same way, so that what the list itself costs is the same for each.
void HaveAtHand(const Asked& asked) {
  constexpr std::size_t kLine = 64;
  for (std::size_t at = 0; at < sizeof asked; at += kLine) {
    __builtin_prefetch(reinterpret_cast<const char*>(&asked) + at);
  }
}
void HaveTextsAtHand(const Asked& asked) {
  __builtin_prefetch(asked.ref.name().path().data());
  __builtin_prefetch(asked.ref.tag().data());
}

template <class Work>
void Register(const std::string& name, std::shared_ptr<const Questions> questions, Work work) {
  benchmark::RegisterBenchmark(name.c_str(), [questions, work](benchmark::State& state) {
    const CountAllocations count(state);
    const Questions& all = *questions;
    std::size_t i = 0;
    for (auto _ : state) {
      HaveAtHand(all[(i + 2 * kAhead) % kQuestions]);
      HaveTextsAtHand(all[(i + kAhead) % kQuestions]);
      benchmark::DoNotOptimize(work(all[i]));
      i = (i + 1) % kQuestions;
    }
  });
}

std::vector<Key> KeysOf(const Questions& questions) {
  std::vector<Key> keys;
  for (const auto& asked : questions) keys.push_back(asked.key);
  return keys;
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
        i = (i + kMany) % (kQuestions - kMany);
      }
    });
  };
  add("raw", [&raw](std::span<const Key> some) { return raw.GetMany(some); });
  add("store", [&store](std::span<const Key> some) { return GetMany(store, some); });
}

}  // namespace

void RegisterReads(Engine& engine) {
  static const auto questions = std::make_shared<const Questions>(MakeQuestions());
  static const auto keys = std::make_shared<const std::vector<Key>>(KeysOf(*questions));
  auto& raw = *engine.raw;
  auto& store = *engine.store;
  const auto cache = std::make_shared<const Cache>(store);
  Register(engine.name + "/get/raw", questions, [&raw](const Asked& asked) { return raw.Get(asked.key); });
  Register(engine.name + "/get/store", questions, [&store](const Asked& asked) {
    RecordBuf buffer;
    return store.Get(asked.key, buffer).has_value();
  });
  Register(engine.name + "/get/cache", questions,
           [cache](const Asked& asked) { return cache->Image(asked.ref, kNow)->status(); });
  Register(engine.name + "/get_by_the_clock/cache", questions,
           [cache](const Asked& asked) { return cache->Entry(asked.ref).has_value(); });
  // Other items of the same repositories: what a host asks for by mistake.
  const auto absent = [](const Asked& asked) {
    auto bytes = asked.key.bytes();
    std::array<std::byte, Key::kSize> other;
    std::copy(bytes.begin(), bytes.end(), other.begin());
    other.back() ^= std::byte{1};
    return Key::FromBytes(other);
  };
  Register(engine.name + "/miss/raw", questions, [&raw, absent](const Asked& asked) { return raw.Get(absent(asked)); });
  Register(engine.name + "/miss/store", questions, [&store, absent](const Asked& asked) {
    RecordBuf buffer;
    return store.Get(absent(asked), buffer).has_value();
  });
  RegisterMany(engine, keys);
}

}  // namespace larder::bench
