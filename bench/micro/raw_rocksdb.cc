#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstdlib>

#include "micro/raw_engine.h"

namespace larder::bench {
namespace {

void Check(const rocksdb::Status& status) {
  if (!status.ok()) std::abort();
}

rocksdb::Slice SliceOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The tuning of the store, so that the ratio shows Larder and not the options (larder/rocksdb_store.h).
rocksdb::Options TunedOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.allow_mmap_reads = true;
  options.compression = rocksdb::kNoCompression;
  options.max_open_files = -1;
  options.write_buffer_size = 8 << 20;
  options.max_background_jobs = 2;
  options.target_file_size_base = 8 << 20;
  options.max_bytes_for_level_base = 32 << 20;
  options.level_compaction_dynamic_level_bytes = true;
  options.level0_slowdown_writes_trigger = 8;
  options.level0_stop_writes_trigger = 12;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  options.memtable_whole_key_filtering = true;
  options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(Key::kRepositoryPrefix));
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class RawRocksDb final : public RawEngine {
 public:
  explicit RawRocksDb(const std::filesystem::path& path) {
    const rocksdb::Options options = TunedOptions();
    rocksdb::DB* db = nullptr;
    Check(rocksdb::DB::Open(options, path.string(), &db));
    db_.reset(db);
  }

  std::uint64_t Get(const Key& key) override {
    rocksdb::PinnableSlice value;
    const auto status = db_->Get(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), SliceOf(key.bytes()), &value);
    if (status.IsNotFound()) return 0;
    Check(status);
    return Touch(value.data(), value.size());
  }

  std::uint64_t GetMany(std::span<const Key> keys) override {
    std::vector<rocksdb::Slice> names;
    for (const auto& key : keys) names.push_back(SliceOf(key.bytes()));
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_->MultiGet(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), names.size(), names.data(), values.data(),
                  statuses.data());
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].ok()) sum += Touch(values[i].data(), values[i].size());
    }
    return sum;
  }

  void Write(const std::vector<KeyAndBytes>& batch) override {
    rocksdb::WriteBatch writes;
    for (const auto& [key, bytes] : batch) Check(writes.Put(SliceOf(key.bytes()), SliceOf(bytes)));
    rocksdb::WriteOptions options;
    options.sync = true;
    Check(db_->Write(options, &writes));
  }

  bool IsSettled() override {
    std::uint64_t running = 0, pending = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kNumRunningCompactions, &running);
    db_->GetIntProperty(rocksdb::DB::Properties::kCompactionPending, &pending);
    return running + pending == 0;
  }

  std::uint64_t Scan(const KeyRange& range, std::size_t bytes) override {
    rocksdb::ReadOptions options;
    options.total_order_seek = true;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    for (at->Seek(SliceOf(range.begin.bytes())); at->Valid(); at->Next()) {
      if (!range.unbounded && at->key().compare(SliceOf(range.end.bytes())) >= 0) break;
      sum += Touch(at->value().data(), std::min(at->value().size(), bytes));
      ++count;
    }
    return sum == 0 ? 0 : count;
  }

  std::string Library() override { return "RocksDB " + rocksdb::GetRocksVersionAsString(true); }

 private:
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace

std::unique_ptr<RawEngine> OpenRawRocksDb(const std::filesystem::path& path) {
  return std::make_unique<RawRocksDb>(path);
}

}  // namespace larder::bench
