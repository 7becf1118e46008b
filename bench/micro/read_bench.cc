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

// A miss is fast: the benchmark fails where `work` has another answer than this.
enum class Expected : bool { missing, found };

// `work` answers 0 for a miss.
template <class Work>
void Register(const std::string& name, std::shared_ptr<const Questions> questions, Expected right, Work work) {
  benchmark::RegisterBenchmark(name.c_str(), [questions, right, work](benchmark::State& state) {
    const CountAllocations count(state);
    const Questions& all = *questions;
    std::size_t i = 0, wrong = 0;
    for (auto _ : state) {
      HaveAtHand(all[(i + 2 * kAhead) % kQuestions]);
      HaveTextsAtHand(all[(i + kAhead) % kQuestions]);
      const auto answer = work(all[i]);
      benchmark::DoNotOptimize(answer);
      if (static_cast<bool>(answer) != (right == Expected::found)) ++wrong;
      i = (i + 1) % kQuestions;
    }
    if (wrong > 0) state.SkipWithError("answers were not what was written");
  });
}

std::vector<Key> KeysOf(const Questions& questions) {
  std::vector<Key> keys;
  for (const auto& asked : questions) keys.push_back(asked.key);
  return keys;
}

// Whether all are there.
bool GetMany(Store& store, std::span<const Key> keys) {
  auto reader = store.OpenReader();
  if (!reader.has_value()) return false;
  std::uint64_t sum = 0;
  std::size_t found = 0;
  (*reader)->GetMany(keys, [&](std::size_t, Result<std::span<const std::byte>> record) {
    if (!record.has_value()) return;
    sum += Touch(record->data(), record->size());
    ++found;
  });
  benchmark::DoNotOptimize(sum);
  return found == keys.size();
}

void RegisterMany(Engine& engine, const std::shared_ptr<const std::vector<Key>>& keys) {
  auto& raw = *engine.raw;
  auto& store = *engine.store;
  const auto add = [&](const char* who, auto work) {
    benchmark::RegisterBenchmark((engine.name + "/get_many_100/" + who).c_str(), [keys, work](benchmark::State& state) {
      const CountAllocations count(state);
      std::size_t i = 0, gaps = 0;
      for (auto _ : state) {
        if (!work(std::span(*keys).subspan(i, kMany))) ++gaps;
        i = (i + kMany) % (kQuestions - kMany);
      }
      if (gaps > 0) state.SkipWithError("an image is missing");
    });
  };
  add("raw", [&raw](std::span<const Key> some) { return raw.GetMany(some) != 0; });
  add("store", [&store](std::span<const Key> some) { return GetMany(store, some); });
}

}  // namespace

void RegisterReads(Engine& engine) {
  static const auto questions = std::make_shared<const Questions>(MakeQuestions());
  static const auto keys = std::make_shared<const std::vector<Key>>(KeysOf(*questions));
  auto& raw = *engine.raw;
  auto& store = *engine.store;
  const auto cache = std::make_shared<const Cache>(store);
  Register(engine.name + "/get/raw", questions, Expected::found,
           [&raw](const Asked& asked) { return raw.Get(asked.key); });
  Register(engine.name + "/get/store", questions, Expected::found, [&store](const Asked& asked) {
    RecordBuf buffer;
    return store.Get(asked.key, buffer).has_value();
  });
  Register(engine.name + "/get/cache", questions, Expected::found, [cache](const Asked& asked) {
    const auto view = cache->Image(asked.ref, kNow);
    if (!view.has_value()) Check(std::unexpected<Error>(view.error()));
    return 1 + static_cast<unsigned>(view->status());
  });
  Register(engine.name + "/get_by_the_clock/cache", questions, Expected::found,
           // By the clock, which is read here, the made-up images expired long ago.
           [cache](const Asked& asked) { return cache->Entry(asked.ref, std::min(CoarseNow(), kNow)).has_value(); });
  // Other items of the same repositories: what a host asks for by mistake.
  const auto absent = [](const Asked& asked) {
    auto bytes = asked.key.bytes();
    std::array<std::byte, Key::kSize> other;
    std::copy(bytes.begin(), bytes.end(), other.begin());
    other.back() ^= std::byte{1};
    return Key::FromBytes(other);
  };
  Register(engine.name + "/miss/raw", questions, Expected::missing,
           [&raw, absent](const Asked& asked) { return raw.Get(absent(asked)); });
  Register(engine.name + "/miss/store", questions, Expected::missing, [&store, absent](const Asked& asked) {
    RecordBuf buffer;
    const auto got = store.Get(absent(asked), buffer);
    return got.has_value() || got.error().code != Errc::not_found;
  });
  RegisterMany(engine, keys);
}

}  // namespace larder::bench
