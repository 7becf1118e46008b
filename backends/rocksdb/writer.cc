#include "writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "bytes.h"
#include "directory.h"
#include "larder/collect.h"
#include "marker_record.h"
#include "status.h"
#include "sweep.h"

namespace larder::rocks {
namespace {

std::uint64_t BytesPut(std::span<const WriteOp* const> ops) {
  std::uint64_t bytes = 0;
  for (const WriteOp* op : ops) {
    if (op->type != WriteOp::Type::remove) bytes += DiskBytes(op->record.size());
  }
  return bytes;
}

}  // namespace

Writer::Writer(Engine& engine, const StoreMarker& marker) : engine_(engine), evictor_(engine), marker_(marker) {
  engine_.clock->Set(marker_.last_collect);
}

StoreMarker Writer::marker() {
  const std::lock_guard lock(mutex_);
  return marker_;
}

Result<void> Writer::Apply(std::span<const WriteOp* const> ops, const WriteOptions& options,
                           std::span<Result<void>* const> results) {
  const std::lock_guard lock(mutex_);
  BelieveClock(options.now);
  const std::uint64_t bytes = BytesPut(ops);
  LARDER_RETURN_IF_ERROR(CheckDisk(bytes));
  if (bytes > 0) LARDER_RETURN_IF_ERROR(evictor_.MakeRoom(bytes, options.now));

  const bool conditional =
      std::any_of(ops.begin(), ops.end(), [](const WriteOp* op) { return op->type == WriteOp::Type::put_if_absent; });
  done_.clear();
  rocksdb::WriteBatch batch(static_cast<std::size_t>(bytes) + ops.size() * 2 * Key::kSize);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    *results[i] = Add(*ops[i], options.now, batch);
    if (conditional && results[i]->has_value()) done_[ops[i]->key] = ops[i];
  }
  if (batch.Count() == 0) return {};
  return ToResult(engine_.db->Write(engine_.write_options(), &batch), engine_.path, "write a batch");
}

Result<void> Writer::Add(const WriteOp& op, Time now, rocksdb::WriteBatch& batch) {
  if (op.type == WriteOp::Type::remove) return ToResult(batch.Delete(ToSlice(op.key)), engine_.path, "remove a record");
  if (op.type == WriteOp::Type::put_if_absent) {
    LARDER_ASSIGN_OR_RETURN(const bool taken, IsTaken(op.key, now));
    if (taken) return Fail(Errc::already_exists);
  }
  return ToResult(batch.Put(ToSlice(op.key), ToSlice(op.record)), engine_.path, "put a record");
}

Result<bool> Writer::IsTaken(const Key& key, Time now) {
  if (const auto found = done_.find(key); found != done_.end()) {
    const WriteOp& before = *found->second;
    return before.type != WriteOp::Type::remove && HoldsKey(key, before.record, now);
  }
  rocksdb::PinnableSlice record;
  const auto status = engine_.db->Get(rocksdb::ReadOptions(), engine_.db->DefaultColumnFamily(), ToSlice(key), &record);
  if (status.IsNotFound() || status.IsCorruption()) return false;
  if (!status.ok()) return FailWith(status, engine_.path, "look for a record");
  return HoldsKey(key, ToSpan(record), now);
}

Result<void> Writer::CheckDisk(std::uint64_t bytes) {
  if (engine_.log_broken->load()) {
    return Fail(Errc::unavailable, "rocksdb: " + engine_.path.string() +
                                       ": the log could not be written to; close the store and open it again");
  }
  return CheckFreeSpace(engine_.path, engine_.disk_reserve + 3 * bytes);
}

// The filter drops for good, so a clock is believed as Collect would believe it, counted from the creation at first.
void Writer::BelieveClock(Time now) {
  const Time since = std::max(marker_.last_collect, marker_.created);
  if (now >= since && now - since <= kMaxCollectGap && now > engine_.clock->now()) engine_.clock->Set(now);
}

Result<SlicePace> Writer::BeginSlice(const CollectSlice& slice) {
  const std::lock_guard lock(mutex_);
  if (auto believed = CheckCollectClock(slice.now, marker_.last_collect, slice.force); !believed.has_value()) {
    return std::unexpected<Error>(std::move(believed).error().WithContext("rocksdb: " + engine_.path.string()));
  }
  LARDER_RETURN_IF_ERROR(CheckDisk(0));
  return pace_;
}

Result<void> Writer::NoteSlice(const CollectProgress& progress, const SlicePace& learnt, Time now) {
  const std::lock_guard lock(mutex_);
  pace_ = learnt;
  deletions_ = deletions_ || progress.removed > 0;
  if (!progress.done()) return {};
  if (std::exchange(deletions_, false)) LARDER_RETURN_IF_ERROR(PushOutDeletions(*engine_.db));
  engine_.clock->Set(now);
  if (now == marker_.last_collect) return {};
  StoreMarker marker = marker_;
  marker.last_collect = now;
  // Not synced, as what was dropped: that would write all of it out at once. A power cut brings both back.
  LARDER_RETURN_IF_ERROR(SaveMarker(engine_, marker, false));
  marker_ = marker;
  return {};
}

Result<CollectProgress> Writer::Collect(const CollectSlice& slice) {
  LARDER_ASSIGN_OR_RETURN(SlicePace own, BeginSlice(slice));
  const auto end = std::chrono::steady_clock::now() + slice.budget;  // of its own work, not of waiting for a writer
  SweepOptions options;
  options.from = slice.cursor.value_or(Key());
  options.until = end;
  options.pace = &own;
  options.writer = &mutex_;
  LARDER_ASSIGN_OR_RETURN(const SweepProgress swept,
                          Sweep(engine_, options, [&slice](const Key& key, std::span<const std::byte> record) {
                            return IsCollectable(key, record, slice.now, slice.floor);
                          }));
  CollectProgress progress{swept.next, swept.scanned, swept.removed};
  // What was dropped is pushed out of memory at the end.
  const bool late = std::chrono::steady_clock::now() + slice.budget / 4 * 3 >= end;
  if (progress.done() && progress.scanned > 0 && late) progress.cursor = PastEveryKey();
  LARDER_RETURN_IF_ERROR(NoteSlice(progress, own, slice.now));
  return progress;
}

}  // namespace larder::rocks
