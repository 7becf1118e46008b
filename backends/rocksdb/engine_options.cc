#include "engine_options.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <algorithm>
#include <string>

#include "log_bridge.h"

namespace larder::rocks {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kMinMaxBytes = 16 * kMiB;
constexpr std::uint64_t kMinWriteBuffer = 64 * kKiB;  // RocksDB's own least

// A file is dense with deletions where a run of its entries, or the whole of it, is.
constexpr std::size_t kDeletionWindow = 256;
constexpr std::size_t kDeletionTrigger = 128;
constexpr double kDeletionRatio = 0.1;

std::uint64_t WriteBuffer(const RocksDbOptions& options) {
  if (options.write_buffer_bytes != 0) return options.write_buffer_bytes;
  return std::clamp(options.max_bytes / 128, 256 * kKiB, 8 * kMiB);
}

std::shared_ptr<rocksdb::TableFactory> MakeTables(const RocksDbOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;  // mmap reads: the page cache is the cache, and a copy less
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(options.bloom_bits_per_key));
  table.block_size = options.block_bytes;
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

void SetLevels(const RocksDbOptions& options, rocksdb::Options& engine) {
  engine.write_buffer_size = WriteBuffer(options);
  // A file is the unit of rewriting: small ones keep a slice of Collect short. At most some hundreds of them, as all
  // are held open.
  engine.target_file_size_base = std::clamp<std::uint64_t>(options.max_bytes / 512, engine.write_buffer_size,
                                                           std::max(engine.write_buffer_size, 64 * kMiB));
  engine.max_bytes_for_level_base = 4 * engine.target_file_size_base;
  engine.max_compaction_bytes = options.max_bytes / 16;  // of old files beside the new ones that replace them
  // The last level holds about nine tenths: little garbage, and an estimate of live bytes that is close.
  engine.level_compaction_dynamic_level_bytes = true;
  engine.level0_file_num_compaction_trigger = 4;
  engine.level0_slowdown_writes_trigger = 8;
  engine.level0_stop_writes_trigger = 12;
  engine.periodic_compaction_seconds = static_cast<std::uint64_t>(options.periodic_compaction.count());
  // A file with so many deletions is rewritten soon, and with it what they delete.
  engine.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(kDeletionWindow, kDeletionTrigger, kDeletionRatio));
  engine.compression = rocksdb::kNoCompression;  // a read would decompress a block for one record
}

void SetReads(rocksdb::Options& engine) {
  engine.allow_mmap_reads = true;
  engine.max_open_files = -1;
  engine.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(Key::kRepositoryPrefix));
  // Nearly every read misses the memtable; a small filter spares the walk.
  engine.memtable_prefix_bloom_size_ratio = 0.02;
  engine.memtable_whole_key_filtering = true;
}

// An open after a kill costs a read of the log, nothing is written.
void SetOpen(const RocksDbOptions& options, rocksdb::Options& engine) {
  engine.avoid_flush_during_recovery = true;
  engine.skip_stats_update_on_db_open = true;
  engine.max_manifest_file_size = std::clamp(options.max_bytes / 128, 64 * kKiB, 4 * kMiB);
}

void SetBackground(const RocksDbOptions& options, rocksdb::Options& engine) {
  engine.max_background_jobs = options.background_jobs;
  // RocksDB 7.8 would hand files to purge to a thread that a read-only database does not have.
  engine.avoid_unnecessary_blocking_io = options.access != RocksDbAccess::read_only;
  // What is not synced (deletions, and everything with RocksDbDurability::os) goes to the disk by and by, so that the
  // sync of a later write does not wait for all of it.
  engine.wal_bytes_per_sync = kMiB;
  engine.stats_dump_period_sec = 0;
  engine.stats_persist_period_sec = 0;
}

void SetLog(const RocksDbOptions& options, rocksdb::Options& engine) {
  const bool own_file = !options.log && options.log_file_bytes != 0 && options.access == RocksDbAccess::read_write;
  if (!own_file) {
    engine.info_log = MakeLogBridge(options.log);
    return;
  }
  engine.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  engine.max_log_file_size = std::min(options.log_file_bytes, options.max_bytes / 128);
  engine.keep_log_file_num = 2;
}

}  // namespace

Result<void> CheckOptions(const RocksDbOptions& options) {
  if (options.path.empty()) return Fail(Errc::invalid_argument, "rocksdb: no path is given; name a directory");
  const auto refuse = [&options](const std::string& text) {
    return Fail(Errc::invalid_argument, "rocksdb: " + options.path.string() + ": " + text);
  };
  if (options.max_bytes < kMinMaxBytes) {
    return refuse("max_bytes is " + std::to_string(options.max_bytes) + "; at least " + std::to_string(kMinMaxBytes));
  }
  if (options.write_buffer_bytes != 0 && options.write_buffer_bytes < kMinWriteBuffer) {
    return refuse("write_buffer_bytes is " + std::to_string(options.write_buffer_bytes) + "; at least " +
                  std::to_string(kMinWriteBuffer) + ", or 0 for the default");
  }
  if (options.write_buffer_bytes > options.max_bytes / 16) {
    return refuse("write_buffer_bytes is " + std::to_string(options.write_buffer_bytes) +
                  "; at most a sixteenth of max_bytes, which is " + std::to_string(options.max_bytes / 16));
  }
  if (!(options.bloom_bits_per_key >= 0 && options.bloom_bits_per_key <= 64)) {
    return refuse("bloom_bits_per_key is " + std::to_string(options.bloom_bits_per_key) + "; it is 0 to 64");
  }
  if (options.block_bytes < kKiB || options.block_bytes > kMiB) {
    return refuse("block_bytes is " + std::to_string(options.block_bytes) + "; it is 1 KiB to 1 MiB");
  }
  if (options.background_jobs < 2 || options.background_jobs > 64) {
    return refuse("background_jobs is " + std::to_string(options.background_jobs) + "; it is 2 to 64");
  }
  if (options.periodic_compaction.count() < 0) return refuse("periodic_compaction is negative; 0 switches it off");
  if (options.catch_up.count() < 0) return refuse("catch_up is negative; 0 looks before every read");
  return {};
}

rocksdb::Options MakeEngineOptions(const RocksDbOptions& options, std::shared_ptr<const FilterClock> clock,
                                   std::shared_ptr<LogBroken> broken) {
  rocksdb::Options engine;
  engine.create_if_missing = options.access == RocksDbAccess::read_write;
  engine.table_factory = MakeTables(options);
  engine.compaction_filter_factory = MakeExpiryFilter(std::move(clock));
  SetLevels(options, engine);
  SetReads(engine);
  SetOpen(options, engine);
  SetBackground(options, engine);
  SetLog(options, engine);
  engine.listeners.push_back(MakeErrorListener(options.path, options.log, std::move(broken)));
  return engine;
}

}  // namespace larder::rocks
