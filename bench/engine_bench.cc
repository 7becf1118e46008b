#include "engine_bench.h"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "larder/cache.h"
#include "larder/lmdb_store.h"
#include "population.h"
#ifdef LARDER_BENCH_ROCKSDB
#include "larder/rocksdb_store.h"
#endif
#ifdef LARDER_BENCH_MEMCACHED
#include "larder/memcached_store.h"
#endif

namespace larder::bench {
namespace {

constexpr std::size_t kSample = 1 << 17;  // refs that reads go through, in random order
constexpr std::size_t kMany = 100;
constexpr std::size_t kBatch = 512;

template <class T>
T Must(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "larder_bench: %s\n", result.error().ToString().c_str());
    std::exit(3);
  }
  return std::move(*result);
}

std::vector<ImageRef> SampleRefs() {
  std::vector<ImageRef> refs;
  for (const auto number : RandomNumbers(kSample, 1)) refs.push_back(RefOf(number));
  return refs;
}

std::vector<Key> SampleKeys(std::uint64_t seed) {
  std::vector<Key> keys;
  for (const auto number : RandomNumbers(kSample, seed)) {
    const ImageRef ref = RefOf(number);
    keys.push_back(Key::Image(ref.name().Canonical(), ref.tag()));
  }
  return keys;
}

std::vector<std::vector<KeyAndBytes>> Batches(std::size_t count, std::uint64_t seed) {
  std::vector<std::vector<KeyAndBytes>> batches(count);
  auto numbers = RandomNumbers(count * kBatch, seed);
  for (std::size_t i = 0; i < numbers.size(); ++i) batches[i / kBatch].push_back(StoredOf(numbers[i]));
  return batches;
}

void Write(Store& store, const std::vector<KeyAndBytes>& records) {
  WriteBatch batch;
  for (const auto& [key, bytes] : records) batch.Put(key, bytes);
  WriteOptions options;
  options.now = kNow;
  for (const auto& result : Must(store.Write(batch, options))) {
    if (!result.has_value()) std::exit(3);
  }
}

void PrintSize(const Engine& engine, const char* when) {
  const auto stats = Must(engine.store->Stats());
  std::printf("%s %s: %.0f bytes an image in use, %.0f in files (%u images)\n", engine.name.c_str(), when,
              static_cast<double>(stats.live_bytes) / Images(), static_cast<double>(stats.file_bytes) / Images(),
              Images());
  std::fflush(stdout);
}

}  // namespace

Engines::Engines() {
  const char* given = std::getenv("LARDER_BENCH_DIR");
  directory_ =
      std::filesystem::path(given != nullptr ? given : "/tmp") / ("larder-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(directory_);
  LmdbOptions lmdb;
  lmdb.path = directory_ / "lmdb";
  engines_.push_back(Engine{"lmdb", Must(OpenLmdbStore(lmdb)), OpenRawLmdb(directory_ / "raw-lmdb")});
#ifdef LARDER_BENCH_ROCKSDB
  RocksDbOptions rocksdb;
  rocksdb.path = directory_ / "rocksdb";
  engines_.push_back(Engine{"rocksdb", Must(OpenRocksDbStore(rocksdb)), OpenRawRocksDb(directory_ / "raw-rocksdb")});
#endif
#ifdef LARDER_BENCH_MEMCACHED
  if (const char* address = std::getenv("LARDER_BENCH_MEMCACHED"); address != nullptr) {
    const std::string text(address);
    const auto colon = text.rfind(':');
    MemcachedOptions memcached;
    memcached.servers = {text};
    memcached.key_namespace = "bench";
    engines_.push_back(Engine{
        "memcached", Must(OpenMemcachedStore(memcached)),
        OpenRawMemcached(text.substr(0, colon), static_cast<std::uint16_t>(std::atoi(text.c_str() + colon + 1)))});
  }
#endif
}

Engines::~Engines() {
  engines_.clear();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void Engines::Fill(Engine& engine) {
  std::vector<KeyAndBytes> records;
  for (std::uint32_t number = 0; number < Images(); ++number) {
    records.push_back(StoredOf(number));
    if (records.size() < 10 * kBatch && number + 1 < Images()) continue;
    Write(*engine.store, records);
    engine.raw->Write(records);
    records.clear();
  }
  if (!engine.store->Flush().has_value()) std::exit(3);
  PrintSize(engine, "fresh");
}

void Engines::Register() {
  for (auto& engine : engines_) {
    Fill(engine);
    RegisterReads(engine);
  }
  for (auto& engine : engines_) RegisterWrites(engine);
}

void Engines::RegisterReads(Engine& engine) {
  const auto refs = std::make_shared<std::vector<ImageRef>>(SampleRefs());
  const auto keys = std::make_shared<std::vector<Key>>(SampleKeys(1));
  auto& raw = *engine.raw;
  auto& store = *engine.store;
  const std::string name = engine.name;
  benchmark::RegisterBenchmark((name + "/get/raw").c_str(), [&raw, keys](benchmark::State& state) {
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(raw.Get((*keys)[i++ % kSample]));
  });
  benchmark::RegisterBenchmark((name + "/get/store").c_str(), [&store, keys](benchmark::State& state) {
    std::size_t i = 0;
    RecordBuf buffer;
    for (auto _ : state) benchmark::DoNotOptimize(store.Get((*keys)[i++ % kSample], buffer).has_value());
  });
  benchmark::RegisterBenchmark((name + "/get/image").c_str(), [&store, refs](benchmark::State& state) {
    const Cache cache(store);
    std::size_t i = 0;
    for (auto _ : state) {
      const auto image = cache.Image((*refs)[i++ % kSample], kNow);
      if (!image.has_value()) state.SkipWithError("a miss");
      benchmark::DoNotOptimize(image->status());
    }
  });
  benchmark::RegisterBenchmark((name + "/miss/raw").c_str(), [&raw](benchmark::State& state) {
    std::uint64_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(raw.Get(Key::ImageItem("ghcr.io/team-1/project-1", ++i)));
  });
  benchmark::RegisterBenchmark((name + "/miss/store").c_str(), [&store](benchmark::State& state) {
    std::uint64_t i = 0;
    RecordBuf buffer;
    for (auto _ : state) {
      benchmark::DoNotOptimize(store.Get(Key::ImageItem("ghcr.io/team-1/project-1", ++i), buffer).has_value());
    }
  });
  benchmark::RegisterBenchmark((name + "/get_many_100/raw").c_str(), [&raw, keys](benchmark::State& state) {
    std::size_t i = 0;
    for (auto _ : state) {
      benchmark::DoNotOptimize(raw.GetMany(std::span(*keys).subspan(i, kMany)));
      i = (i + kMany) % (kSample - kMany);
    }
  });
  benchmark::RegisterBenchmark((name + "/get_many_100/store").c_str(), [&store, keys](benchmark::State& state) {
    std::size_t i = 0;
    for (auto _ : state) {
      auto reader = Must(store.OpenReader());
      std::uint64_t sum = 0;
      reader->GetMany(std::span(*keys).subspan(i, kMany), [&](std::size_t, Result<std::span<const std::byte>> found) {
        if (found.has_value()) sum += Touch(found->data(), found->size());
      });
      benchmark::DoNotOptimize(sum);
      i = (i + kMany) % (kSample - kMany);
    }
  });
}

void Engines::RegisterWrites(Engine& engine) {
  constexpr std::size_t kBatches = 64;
  const auto batches = std::make_shared<std::vector<std::vector<KeyAndBytes>>>(Batches(kBatches, 7));
  const std::string name = engine.name;
  auto& raw = *engine.raw;
  auto& store = *engine.store;
  benchmark::RegisterBenchmark((name + "/write_512/raw").c_str(), [&raw, batches](benchmark::State& state) {
    std::size_t i = 0;
    for (auto _ : state) raw.Write((*batches)[i++ % kBatches]);
  })->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark((name + "/write_512/store").c_str(), [&store, batches](benchmark::State& state) {
    std::size_t i = 0;
    for (auto _ : state) Write(store, (*batches)[i++ % kBatches]);
  })->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark((name + "/collect/store").c_str(),
                               [&engine](benchmark::State& state) {
                                 for (auto _ : state) {
                                   CollectSlice slice;
                                   slice.now = kNow;
                                   slice.force = true;
                                   for (;;) {
                                     const auto progress = Must(engine.store->Collect(slice));
                                     if (progress.done()) break;
                                     slice.cursor = progress.cursor;
                                   }
                                 }
                                 PrintSize(engine, "after writes and collecting");
                               })
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
}

}  // namespace larder::bench
