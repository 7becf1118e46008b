#include "rocks_store.h"

#include <rocksdb/convenience.h>
#include <rocksdb/version.h>

#include <string>
#include <utility>

#include "bytes.h"
#include "directory.h"
#include "larder/time.h"
#include "reader.h"
#include "status.h"

namespace larder::rocks {
namespace {

using Properties = rocksdb::DB::Properties;

std::int64_t SteadyMs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string_view AccessName(RocksDbAccess access) {
  switch (access) {
    case RocksDbAccess::read_write:
      return "read and write";
    case RocksDbAccess::read_only:
      return "read only";
    case RocksDbAccess::secondary:
      return "secondary";
  }
  return "unknown";
}

}  // namespace

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

RocksStore::RocksStore(Holdings holdings, Engine engine, const StoreMarker& marker, std::chrono::milliseconds catch_up)
    : holdings_(std::move(holdings)),
      engine_(std::move(engine)),
      opened_(marker),
      catch_up_(catch_up),
      caught_up_ms_(SteadyMs()) {
  if (engine_.access == RocksDbAccess::read_write) writer_.emplace(engine_, marker);
}

// Rewriting under way is given up: it is done again some time, and closing is not to wait for it.
RocksStore::~RocksStore() {
  if (writer_) rocksdb::CancelAllBackgroundWork(engine_.db.get(), true);
}

Result<void> RocksStore::Get(const Key& key, RecordBuf& buffer) {
  if (engine_.access == RocksDbAccess::secondary) CatchUp();
  rocksdb::PinnableSlice record;
  const auto status = engine_.db->Get(rocksdb::ReadOptions(), engine_.db->DefaultColumnFamily(), ToSlice(key), &record);
  if (status.IsNotFound()) return Miss();
  if (!status.ok()) return FailWith(status, engine_.path, "read a record");
  buffer.Assign(ToSpan(record));
  return {};
}

Result<std::unique_ptr<Reader>> RocksStore::OpenReader() {
  if (engine_.access == RocksDbAccess::secondary) CatchUp();
  return std::make_unique<RocksReader>(engine_);
}

std::unexpected<Error> RocksStore::OnlyReads(std::string_view what) const {
  return Fail(Errc::invalid_argument, "rocksdb: " + engine_.path.string() + ": cannot " + std::string(what) +
                                          ": the store is open for reading (" +
                                          std::string(AccessName(engine_.access)) + "); open it for writing");
}

Result<void> RocksStore::DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                                 std::span<Result<void>* const> results) {
  if (!writer_) return OnlyReads("write");
  return writer_->Apply(ops, options, results);
}

Result<CollectProgress> RocksStore::Collect(const CollectSlice& slice) {
  if (!writer_) return OnlyReads("collect");
  return writer_->Collect(slice);
}

Result<void> RocksStore::Flush() {
  if (!writer_) return {};
  return ToResult(engine_.db->FlushWAL(true), engine_.path, "sync its log");
}

// One thread catches up, the others read on in what is there. A failure (the writer just removed a file) leaves the
// older view, and the next attempt has the newer list of files.
void RocksStore::CatchUp() {
  std::int64_t last = caught_up_ms_.load(std::memory_order_relaxed);
  const std::int64_t now = SteadyMs();
  if (now - last < catch_up_.count() || !caught_up_ms_.compare_exchange_strong(last, now)) return;
  const auto status = engine_.db->TryCatchUpWithPrimary();
  if (!status.ok()) {
    engine_.Say(LogLevel::warning, FailWith(status, engine_.path, "catch up with the writer").error().message);
  }
}

StoreTraits RocksStore::Traits() const {
  return {.engine = "rocksdb",
          .ordered = true,
          .snapshot = engine_.access != RocksDbAccess::secondary,
          .atomic = true,
          .durable = true,
          .shared = false};
}

Result<StoreStats> RocksStore::Stats() {
  if (engine_.access == RocksDbAccess::secondary) CatchUp();
  StoreStats stats;
  const std::uint64_t keys = Figure(*engine_.db, Properties::kEstimateNumKeys);
  stats.records = keys > 0 ? keys - 1 : 0;  // without the marker
  stats.live_bytes = writer_ ? writer_->LiveBytes() : SpaceTaken(*engine_.db);
  stats.file_bytes = DirectoryBytes(engine_.path);
  stats.max_bytes = writer_ ? engine_.max_bytes : 0;
  stats.evictions = writer_ ? writer_->evictions() : 0;
  AddFigures(stats);
  return stats;
}

void RocksStore::AddFigures(StoreStats& stats) {
  const auto add = [&](std::string name, std::string value) {
    stats.engine.emplace_back(std::move(name), std::move(value));
  };
  const StoreMarker marker = writer_ ? writer_->marker() : opened_;
  add("rocksdb", rocksdb::GetRocksVersionAsString());
  add("access", std::string(AccessName(engine_.access)));
  if (writer_) add("durability", engine_.durability == RocksDbDurability::sync ? "sync" : "os");
  add("created", FormatTime(marker.created));
  add("last collect", marker.last_collect == Time{} ? "never" : FormatTime(marker.last_collect));
  if (writer_) add("live bound, bytes", std::to_string(engine_.live_bound()));
  std::string levels;
  for (int level = 0; level < engine_.db->NumberLevels(); ++level) {
    std::string files;
    engine_.db->GetProperty(Properties::kNumFilesAtLevelPrefix + std::to_string(level), &files);
    levels += (level == 0 ? "" : " ") + files;
  }
  add("files by level", levels);
  const std::pair<const char*, const std::string*> figures[] = {
      {"files, bytes", &Properties::kTotalSstFilesSize},
      {"memtables, bytes", &Properties::kCurSizeAllMemTables},
      {"indexes and filters in memory, bytes", &Properties::kEstimateTableReadersMem},
      {"open readers", &Properties::kNumSnapshots},
      {"compactions running", &Properties::kNumRunningCompactions},
      {"bytes awaiting compaction", &Properties::kEstimatePendingCompactionBytes},
      {"background errors", &Properties::kBackgroundErrors},
  };
  for (const auto& [name, property] : figures) add(name, std::to_string(Figure(*engine_.db, *property)));
}

}  // namespace larder::rocks
