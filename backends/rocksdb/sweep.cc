#include "sweep.h"

#include <rocksdb/write_batch.h>

#include <memory>
#include <vector>

#include "bytes.h"
#include "status.h"

namespace larder::rocks {
namespace {

constexpr std::size_t kBatch = 512;
constexpr std::uint64_t kRecordsPerLook = 1024;  // at the clock: about 0.3 ms

rocksdb::ReadOptions WholeStore() {
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  return options;
}

bool IsRecord(const rocksdb::Slice& key) { return key.size() == Key::kSize && ToKey(key) != Key::Marker(); }

struct Candidate {
  Key key;
  std::uint64_t bytes;
};

class Sweeper {
 public:
  Sweeper(Engine& engine, const SweepOptions& options, const DropTest& test)
      : engine_(engine), options_(options), test_(test) {}

  Result<SweepProgress> Run() {
    const std::unique_ptr<rocksdb::Iterator> it(engine_.db->NewIterator(WholeStore()));
    for (it->Seek(ToSlice(options_.from)); it->Valid() && !Enough(); it->Next()) {
      if (progress_.scanned % kRecordsPerLook == kRecordsPerLook - 1 &&
          std::chrono::steady_clock::now() >= options_.until) {
        break;
      }
      LARDER_RETURN_IF_ERROR(LookAt(it->key(), it->value()));
    }
    LARDER_RETURN_IF_ERROR(ToResult(it->status(), "sweep"));
    LARDER_RETURN_IF_ERROR(DropCandidates());
    if (it->Valid() && it->key().size() == Key::kSize) progress_.next = ToKey(it->key());
    if (progress_.removed > 0) LARDER_RETURN_IF_ERROR(PushOut());
    return progress_;
  }

 private:
  bool Enough() const { return progress_.removed_bytes + pending_bytes_ >= options_.enough_bytes; }

  Result<void> LookAt(const rocksdb::Slice& key_bytes, const rocksdb::Slice& record) {
    if (!IsRecord(key_bytes)) return {};
    ++progress_.scanned;
    const Key key = ToKey(key_bytes);
    if (!test_(key, ToSpan(record))) return {};
    candidates_.push_back({key, DiskBytes(record.size())});
    pending_bytes_ += candidates_.back().bytes;
    return candidates_.size() == kBatch ? DropCandidates() : Result<void>();
  }

  bool StillToDrop(const Key& key) {
    if (options_.writer == nullptr) return true;
    rocksdb::PinnableSlice record;
    const auto status =
        engine_.db->Get(rocksdb::ReadOptions(), engine_.db->DefaultColumnFamily(), ToSlice(key), &record);
    return status.ok() && test_(key, ToSpan(record));
  }

  Result<void> DropCandidates() {
    std::unique_lock<std::mutex> lock;
    if (options_.writer != nullptr) lock = std::unique_lock(*options_.writer);
    rocksdb::WriteBatch batch;
    for (const Candidate& candidate : candidates_) {
      if (!StillToDrop(candidate.key)) continue;
      LARDER_RETURN_IF_ERROR(ToResult(batch.Delete(ToSlice(candidate.key)), "drop records"));
      ++progress_.removed;
      progress_.removed_bytes += candidate.bytes;
    }
    candidates_.clear();
    pending_bytes_ = 0;
    if (batch.Count() == 0) return {};
    // Not synced: what a power cut brings back is dropped again.
    return ToResult(engine_.db->Write(rocksdb::WriteOptions(), &batch), "drop records");
  }

  // Deletions in memory free nothing: they work once they are in files, where compaction finds them.
  Result<void> PushOut() {
    rocksdb::FlushOptions flush;
    flush.wait = false;
    flush.allow_write_stall = true;
    return ToResult(engine_.db->Flush(flush), "flush deletions");
  }

  Engine& engine_;
  const SweepOptions& options_;
  const DropTest& test_;
  SweepProgress progress_;
  std::vector<Candidate> candidates_;
  std::uint64_t pending_bytes_ = 0;
};

}  // namespace

Result<void> VisitAll(rocksdb::DB& db, const HeaderVisitor& visit) {
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(WholeStore()));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (IsRecord(it->key())) visit(ToKey(it->key()), ToSpan(it->value()));
  }
  return ToResult(it->status(), "sweep");
}

Result<SweepProgress> Sweep(Engine& engine, const SweepOptions& options, const DropTest& test) {
  return Sweeper(engine, options, test).Run();
}

}  // namespace larder::rocks
