#include "micro/engines.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "larder/copy_store.h"
#include "larder/lmdb_store.h"
#include "larder/repository_record.h"
#include "micro/population.h"
#ifdef LARDER_BENCH_ROCKSDB
#include "larder/rocksdb_store.h"
#endif
#ifdef LARDER_BENCH_MEMCACHED
#include "larder/memcached_store.h"
#endif

namespace larder::bench {
namespace {

template <class T>
T Must(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "larder_micro: %s\n", result.error().ToString().c_str());
    std::exit(3);
  }
  return std::move(*result);
}

std::unique_ptr<Store> OpenLmdb(const std::filesystem::path& path) {
  LmdbOptions options;
  options.path = path;
  return Must(OpenLmdbStore(options));
}

// One repository of kLargeTags: its state, and a record for each tag.
std::vector<KeyAndBytes> LargeRepository() {
  std::vector<KeyAndBytes> records;
  RepositoryRecord state;
  state.name = ImageName::Parse(kLargeName).value();
  state.generation = 1;
  state.counts.tags = kLargeTags;
  state.counts.known = kLargeTags;
  state.last_listed = kNow;
  state.deadline = kNow + std::chrono::hours(24);
  records.emplace_back(KeyOf(state), Must(BuildRepositoryRecord(state)));
  for (std::uint32_t i = 0; i < kLargeTags; ++i) {
    const auto record = MadeRecord(ImageRef(state.name, "v1." + std::to_string(i) + ".0"), i);
    records.emplace_back(KeyOf(record), Must(BuildImageRecord(record)));
  }
  return records;
}

bool IsSettled(Store& store) {
  const auto stats = Must(store.Stats());
  for (const auto& [name, value] : stats.engine) {
    if ((name == "compactions running" || name == "bytes awaiting compaction") && value != "0") return false;
  }
  return true;
}

// Both are measured at rest: what is left over from filling would count for whichever has more of it.
void WaitUntilSettled(Engine& engine) {
  constexpr int kPatience = 600;
  for (int tenths = 0; tenths < kPatience; ++tenths) {
    if (IsSettled(*engine.store) && engine.raw->IsSettled()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

void Check(const Result<void>& result) {
  if (!result.has_value()) Must(Result<int>(std::unexpected<Error>(result.error())));
}

void WriteRecords(Store& store, const std::vector<KeyAndBytes>& records) {
  WriteBatch batch;
  for (const auto& [key, bytes] : records) batch.Put(key, bytes);
  WriteOptions options;
  options.now = kNow;
  for (const auto& result : Must(store.Write(batch, options))) Check(result);
}

Engines::Engines() {
  const std::filesystem::path& directory = directory_.path();
  engines_.push_back(Engine{"lmdb", OpenLmdb(directory / "lmdb"), OpenRawLmdb(directory / "raw-lmdb")});
#ifdef LARDER_BENCH_ROCKSDB
  RocksDbOptions rocksdb;
  rocksdb.path = directory / "rocksdb";
  engines_.push_back(Engine{"rocksdb", Must(OpenRocksDbStore(rocksdb)), OpenRawRocksDb(directory / "raw-rocksdb")});
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
  for (auto& engine : engines_) Fill(engine);
}

void Engines::Fill(Engine& engine) {
  // One after the other: what a memcached holds is told for both together.
  const auto fill = [](const auto& write) {
    std::vector<KeyAndBytes> records;
    for (std::uint32_t number = 0; number < Images(); ++number) {
      records.push_back(StoredOf(number));
      if (records.size() < 10 * kBatch && number + 1 < Images()) continue;
      write(records);
      records.clear();
    }
  };
  fill([&](const std::vector<KeyAndBytes>& records) { WriteRecords(*engine.store, records); });
  Check(engine.store->Flush());
  NoteSize(engine.name, *engine.store, "fresh");
  fill([&](const std::vector<KeyAndBytes>& records) { engine.raw->Write(records); });
  const auto large = LargeRepository();
  WriteRecords(*engine.store, large);
  engine.raw->Write(large);
  WaitUntilSettled(engine);
}

void Engines::NoteSize(const std::string& name, Store& store, std::string when) {
  const auto stats = Must(store.Stats());
  const double images = Images() + (when == "fresh" ? 0 : kLargeTags);
  sizes_.push_back(Size{name, std::move(when), static_cast<double>(stats.live_bytes) / images,
                        static_cast<double>(stats.file_bytes) / images});
  std::printf("%s %s: %.0f bytes an image in use, %.0f in files (%.0f images)\n", name.c_str(),
              sizes_.back().when.c_str(), sizes_.back().used, sizes_.back().file, images);
  std::fflush(stdout);
}

void Engines::Churn(Engine& engine) {
  constexpr int kBatchesALook = 20;
  const auto numbers = RandomNumbers(Images(), 11);
  std::vector<KeyAndBytes> records;
  std::uint64_t peak = 0;
  int batches = 0;
  for (const auto number : numbers) {
    // The next version, with the labels of another image: sizes change too.
    auto record = MadeRecord(RefOf(number), number + Images() + number % 7, 1);
    records.emplace_back(KeyOf(record), Must(BuildImageRecord(record)));
    if (records.size() < kBatch) continue;
    WriteRecords(*engine.store, records);
    records.clear();
    if (++batches % kBatchesALook == 0) peak = std::max(peak, Must(engine.store->Stats()).file_bytes);
  }
  if (!records.empty()) WriteRecords(*engine.store, records);
  Check(engine.store->Flush());
  NoteSize(engine.name, *engine.store, "after churn");
  const auto live = static_cast<double>(Must(engine.store->Stats()).live_bytes);
  char text[64];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(peak) / live);
  notes_.push_back({engine.name + ": largest on disk while churning, over what is in use at the end", text});
}

// Pages that were free before the Reader came are used up first: what counts is the growth after some batches.
void Engines::WriteUnderReader(Engine& engine) {
  constexpr int kHeldBatches = 16;
  const auto numbers = RandomNumbers(kHeldBatches * kBatch, 13);
  const auto on_disk = [&] { return static_cast<double>(Must(engine.store->Stats()).file_bytes); };
  const auto reader = Must(engine.store->OpenReader());
  double at_half = 0;
  for (std::size_t batch = 0; batch < kHeldBatches; ++batch) {
    std::vector<KeyAndBytes> records;
    for (std::size_t i = 0; i < kBatch; ++i) records.push_back(StoredOf(numbers[batch * kBatch + i]));
    WriteRecords(*engine.store, records);
    if (batch + 1 == kHeldBatches / 2) at_half = on_disk();
  }
  char text[64];
  std::snprintf(text, sizeof text, "%.2f MB a batch of 512", (on_disk() - at_half) / (kHeldBatches / 2) / 1e6);
  notes_.push_back({engine.name + ": growth on disk under a held Reader", text});
}

void Engines::Age() {
  for (auto& engine : engines_) {
    if (!engine.store->Traits().durable) continue;
    Churn(engine);
    WriteUnderReader(engine);
  }
  const auto copy = OpenLmdb(directory_.path() / "copy");
  CopyOptions options;
  options.now = kNow;
  const auto report = Must(CopyStore(*engines_.front().store, *copy, options));
  if (report.failed + report.broken != 0) std::exit(3);
  NoteSize("lmdb", *copy, "after a copy");
  for (const auto& note : notes_) std::printf("%s: %s\n", note.what.c_str(), note.value.c_str());
}

}  // namespace larder::bench
