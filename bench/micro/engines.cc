#include "micro/engines.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "larder/lmdb_store.h"
#include "larder/memory_store.h"
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

constexpr std::uint64_t kMemoryBytes = std::uint64_t{16} << 30;  // nothing is evicted

bool IsWanted(const std::string& engine) {
  const char* wanted = std::getenv("LARDER_BENCH_ENGINES");
  return wanted == nullptr || ("," + std::string(wanted) + ",").find("," + engine + ",") != std::string::npos;
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

}  // namespace

bool IsSettled(Store& store) {
  const auto stats = Must(store.Stats());
  for (const auto& [name, value] : stats.engine) {
    if ((name == "compactions running" || name == "bytes awaiting compaction") && value != "0") return false;
  }
  return true;
}

void WaitFor(const std::function<bool()>& settled) {
  constexpr int kPatience = 600;
  for (int tenths = 0; tenths < kPatience && !settled(); ++tenths) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
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
  if (IsWanted("lmdb")) {
    Add("lmdb", OpenRawLmdb(directory / "raw-lmdb"), [directory](const std::string& place) {
      LmdbOptions options;
      options.path = directory / ("lmdb" + place);
      return Must(OpenLmdbStore(options));
    });
  }
#ifdef LARDER_BENCH_ROCKSDB
  if (IsWanted("rocksdb")) {
    Add("rocksdb", OpenRawRocksDb(directory / "raw-rocksdb"), [directory](const std::string& place) {
      RocksDbOptions options;
      options.path = directory / ("rocksdb" + place);
      return Must(OpenRocksDbStore(options));
    });
  }
#endif
  if (IsWanted("memory")) {
    Add("memory", OpenRawMemory(), [](const std::string&) {
      MemoryOptions options;
      options.max_bytes = kMemoryBytes;
      return Must(OpenMemoryStore(options));
    });
  }
#ifdef LARDER_BENCH_MEMCACHED
  const char* address = std::getenv("LARDER_BENCH_MEMCACHED");
  if (address != nullptr && IsWanted("memcached")) OpenMemcached(address);
#endif
  for (auto& engine : engines_) Fill(engine);
}

void Engines::Add(const std::string& name, std::unique_ptr<RawEngine> raw,
                  std::function<std::unique_ptr<Store>(const std::string& place)> open) {
  auto store = open("");
  engines_.push_back(
      Engine{name, std::move(store), std::move(raw), [open = std::move(open)] { return open("-copy"); }});
}

#ifdef LARDER_BENCH_MEMCACHED
void Engines::OpenMemcached(const std::string& address) {
  const auto colon = address.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1));
  Add("memcached", OpenRawMemcached(address.substr(0, colon), port), [address](const std::string& place) {
    MemcachedOptions options;
    options.servers = {address};
    options.key_namespace = "bench" + place;
    options.scan_timeout = std::chrono::minutes(10);
    return Must(OpenMemcachedStore(options));
  });
}
#endif

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
  const auto before = Must(engine.store->Stats());
  fill([&](const std::vector<KeyAndBytes>& records) { WriteRecords(*engine.store, records); });
  Check(engine.store->Flush());
  engine.fresh = Must(engine.store->Stats());
  if (engine.store->Traits().shared) {
    engine.fresh.live_bytes -= std::min(before.live_bytes, engine.fresh.live_bytes);
    engine.fresh.file_bytes -= std::min(before.file_bytes, engine.fresh.file_bytes);
  }
  AddSize(engine.name, "fresh", engine.fresh, Images());
  fill([&](const std::vector<KeyAndBytes>& records) { engine.raw->Write(records); });
  const auto large = LargeRepository();
  WriteRecords(*engine.store, large);
  engine.raw->Write(large);
  // Both are measured at rest: what is left over from filling would count for whichever has more of it.
  WaitFor([&] { return IsSettled(*engine.store) && engine.raw->IsSettled(); });
}

std::vector<std::string> Engines::Libraries() const {
  std::vector<std::string> libraries;
  for (const auto& engine : engines_) {
    std::string library = engine.raw->Library();
    if (!library.empty()) libraries.push_back(std::move(library));
  }
  return libraries;
}

void Engines::AddSize(const std::string& engine, std::string when, const StoreStats& stats, double images) {
  sizes_.push_back(Size{engine, std::move(when), static_cast<double>(stats.live_bytes) / images,
                        static_cast<double>(stats.file_bytes) / images});
  std::printf("%s %s: %.0f bytes an image in use, %.0f in files (%.0f images)\n", engine.c_str(),
              sizes_.back().when.c_str(), sizes_.back().used, sizes_.back().file, images);
  std::fflush(stdout);
}

void Engines::AddNote(std::string what, std::string value) {
  std::printf("%s: %s\n", what.c_str(), value.c_str());
  std::fflush(stdout);
  notes_.push_back({std::move(what), std::move(value)});
}

}  // namespace larder::bench
