#include "sweep.h"

#include <rocksdb/write_batch.h>

#include <memory>
#include <utility>
#include <vector>

#include "bytes.h"
#include "status.h"

namespace larder::rocks {
namespace {

constexpr std::uint64_t kRecordsPerLook = 64;  // at the clock: some 20 us, or a few reads of the disk

using Clock = std::chrono::steady_clock;

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
      LARDER_ASSIGN_OR_RETURN(const bool in_time, LookAt(it->key(), it->value()));
      if (!in_time) break;
    }
    LARDER_RETURN_IF_ERROR(ToResult(it->status(), engine_.path, "sweep over its records"));
    LARDER_RETURN_IF_ERROR(DropCandidates());
    if (it->Valid() && it->key().size() == Key::kSize) progress_.next = ToKey(it->key());
    return progress_;
  }

 private:
  bool Enough() const { return progress_.removed_bytes + pending_bytes_ >= options_.enough_bytes; }

  // Every slice gets somewhere.
  bool IsLate(bool drops) const {
    return options_.pace != nullptr && progress_.scanned > 0 && options_.pace->IsLate(options_.until, drops);
  }

  // False where it is too late: the next sweep begins with this record.
  Result<bool> LookAt(const rocksdb::Slice& key_bytes, const rocksdb::Slice& record) {
    if (!IsRecord(key_bytes)) return true;
    const Key key = ToKey(key_bytes);
    const bool drops = test_(key, ToSpan(record));
    const bool first = drops && candidates_.empty();
    const bool look = first || progress_.scanned % kRecordsPerLook == 0;
    if (look && IsLate(drops || !candidates_.empty())) return false;
    ++progress_.scanned;
    if (!drops) return true;
    candidates_.push_back({key, DiskBytes(record.size())});
    pending_bytes_ += candidates_.back().bytes;
    const std::size_t step = options_.pace != nullptr ? options_.pace->step() : SlicePace::kMostStep;
    if (candidates_.size() >= step) LARDER_RETURN_IF_ERROR(DropCandidates());
    return true;
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
    const auto begin = Clock::now();
    rocksdb::WriteBatch batch;
    for (const Candidate& candidate : candidates_) {
      if (!StillToDrop(candidate.key)) continue;
      LARDER_RETURN_IF_ERROR(ToResult(batch.Delete(ToSlice(candidate.key)), engine_.path, "drop records"));
      ++progress_.removed;
      progress_.removed_bytes += candidate.bytes;
    }
    const std::size_t dropped = std::exchange(candidates_, {}).size();
    pending_bytes_ = 0;
    if (batch.Count() == 0) return {};
    // Not synced: what a power cut brings back is dropped again.
    const auto status = engine_.db->Write(rocksdb::WriteOptions(), &batch);
    if (options_.pace != nullptr) options_.pace->Took(Clock::now() - begin, dropped);
    return ToResult(status, engine_.path, "drop records");
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
  return ToResult(it->status(), db.GetName(), "sweep over its records");
}

Result<SweepProgress> Sweep(Engine& engine, const SweepOptions& options, const DropTest& test) {
  return Sweeper(engine, options, test).Run();
}

Result<void> PushOutDeletions(rocksdb::DB& db) {
  rocksdb::FlushOptions flush;
  flush.wait = false;
  flush.allow_write_stall = true;
  return ToResult(db.Flush(flush), db.GetName(), "flush deletions");
}

}  // namespace larder::rocks
