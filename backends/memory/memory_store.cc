#include "larder/memory_store.h"

#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "larder/collect.h"
#include "larder/record.h"

#include "eviction_order.h"
#include "memory_reader.h"
#include "table.h"
#include "table_editor.h"

namespace larder {
namespace {

using memory::Entry;
using memory::EvictionOrder;
using memory::Table;
using memory::TableEditor;

constexpr std::uint64_t kLeastBound = 64 << 10;
// How many records a slice of Collect looks at between two looks at the clock.
constexpr std::uint64_t kStride = 512;
// A fourth of a slice is left for making the new table of what was changed, and giving up the old one.
constexpr int kShareOfPublishing = 4;

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const MemoryOptions& options) : max_bytes_(options.max_bytes) {}

  Result<void> Get(const Key& key, RecordBuf& buffer) override;
  Result<std::unique_ptr<Reader>> OpenReader() override { return std::make_unique<memory::MemoryReader>(table()); }
  Result<CollectProgress> Collect(const CollectSlice& slice) override;
  Result<void> Flush() override { return {}; }
  Result<StoreStats> Stats() override;
  StoreTraits Traits() const override {
    return {.engine = "memory", .ordered = true, .snapshot = true, .atomic = true, .durable = false, .shared = false};
  }

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override;

 private:
  std::shared_ptr<const Table> table() const {
    const std::shared_lock lock(table_mutex_);
    return table_;
  }
  void Publish(TableEditor editor);
  // REQUIRES of all below: write_mutex_ is held.
  void MakeRoom(TableEditor& editor, std::span<const WriteOp* const> ops, Time now);
  void Put(TableEditor& editor, const WriteOp& op);
  void Remove(TableEditor& editor, const Key& key);

  const std::uint64_t max_bytes_;
  std::mutex write_mutex_;  // one writer; guards the next three
  EvictionOrder order_;
  std::uint64_t evictions_ = 0;
  Time last_collect_{};
  mutable std::shared_mutex table_mutex_;  // guards the pointer; the table itself never changes
  std::shared_ptr<const Table> table_ = std::make_shared<const Table>();
};

Result<void> MemoryStore::Get(const Key& key, RecordBuf& buffer) {
  const std::shared_lock lock(table_mutex_);
  const Entry* entry = table_->Find(key);
  if (entry == nullptr) return Miss();
  buffer.Assign(entry->bytes());
  return {};
}

void MemoryStore::Publish(TableEditor editor) {
  auto next = std::move(editor).Finish();
  const std::unique_lock lock(table_mutex_);
  table_.swap(next);  // the old table dies after the lock: `next` was made before it
}

void MemoryStore::Remove(TableEditor& editor, const Key& key) {
  const Entry* entry = editor.Find(key);
  if (entry == nullptr) return;
  order_.Drop(*entry);
  editor.Remove(key);
}

void MemoryStore::Put(TableEditor& editor, const WriteOp& op) {
  if (const Entry* old = editor.Find(op.key)) order_.Drop(*old);
  Entry entry = memory::MakeEntry(op.key, op.record);
  order_.Add(entry);
  editor.Put(std::move(entry));
}

void MemoryStore::MakeRoom(TableEditor& editor, std::span<const WriteOp* const> ops, Time now) {
  std::uint64_t incoming = 0;
  for (const WriteOp* op : ops) {
    if (op->type == WriteOp::Type::remove) continue;
    const std::uint64_t weight = EvictionOrder::Weight(op->record.size());
    const Entry* old = editor.Find(op->key);
    const std::uint64_t replaced = old == nullptr ? 0 : EvictionOrder::Weight(old->size);
    if (weight > replaced) incoming += weight - replaced;
  }
  while (order_.weight() + incoming > max_bytes_ && !order_.empty()) {
    Remove(editor, order_.First(now));
    ++evictions_;
  }
}

Result<void> MemoryStore::DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                                  std::span<Result<void>* const> results) {
  const std::scoped_lock lock(write_mutex_);
  const auto base = table();
  TableEditor editor(*base);
  MakeRoom(editor, ops, options.now);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const WriteOp& op = *ops[i];
    if (op.type == WriteOp::Type::remove) {
      Remove(editor, op.key);
      continue;
    }
    if (op.type == WriteOp::Type::put_if_absent) {
      const Entry* old = editor.Find(op.key);
      if (old != nullptr && HoldsKey(op.key, old->bytes(), options.now)) {
        *results[i] = Fail(Errc::already_exists);
        continue;
      }
    }
    Put(editor, op);
  }
  Publish(std::move(editor));
  return {};
}

Result<CollectProgress> MemoryStore::Collect(const CollectSlice& slice) {
  const std::scoped_lock lock(write_mutex_);
  const auto start = std::chrono::steady_clock::now();
  LARDER_RETURN_IF_ERROR(CheckCollectClock(slice.now, last_collect_, slice.force));
  const auto base = table();
  TableEditor editor(*base);
  CollectProgress progress;
  KeyRange range = KeyRange::All();
  if (slice.cursor) range.begin = *slice.cursor;
  base->Visit(range, [&](const Entry& entry) {
    if (progress.scanned > 0 && progress.scanned % kStride == 0 &&
        std::chrono::steady_clock::now() - start >= slice.budget - slice.budget / kShareOfPublishing) {
      progress.cursor = entry.key;
      return ScanAction::stop;
    }
    ++progress.scanned;
    if (IsCollectable(entry.key, entry.bytes(), slice.now, slice.floor)) {
      Remove(editor, entry.key);
      ++progress.removed;
    }
    return ScanAction::go_on;
  });
  if (progress.removed > 0) Publish(std::move(editor));
  if (progress.done()) last_collect_ = slice.now;
  return progress;
}

Result<StoreStats> MemoryStore::Stats() {
  const std::scoped_lock lock(write_mutex_);
  const auto now = table();
  StoreStats stats;
  stats.records = now->records();
  stats.live_bytes = order_.weight();
  stats.file_bytes = order_.weight();
  stats.max_bytes = max_bytes_;
  stats.evictions = evictions_;
  stats.engine = {{"blocks", std::to_string(now->leaves().size())}};
  return stats;
}

}  // namespace

Result<std::unique_ptr<Store>> OpenMemoryStore(const MemoryOptions& options) {
  if (options.max_bytes < kLeastBound) {
    return Fail(Errc::invalid_argument, "memory store: a bound of " + std::to_string(options.max_bytes) +
                                            " bytes; at least " + std::to_string(kLeastBound) + " are needed");
  }
  return std::make_unique<MemoryStore>(options);
}

}  // namespace larder
