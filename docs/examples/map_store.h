// A storage engine in one file: a std::map in memory, as the smallest example of what Larder asks of an engine. It
// passes the conformance suite (tests/examples); docs/writing-a-backend.md explains the laws.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "larder/collect.h"
#include "larder/store.h"

namespace example {

using Map = std::map<larder::Key, std::vector<std::byte>>;  // Key orders bytewise, as Traits::ordered asks
using Snapshot = std::shared_ptr<const Map>;

// A Reader pins one moment. Here that is one version of the map, which nobody changes any more.
class MapReader final : public larder::Reader {
 public:
  explicit MapReader(Snapshot map) : map_(std::move(map)) {}

  // A span lives until the next call. Vectors come from new, and so begin at a multiple of 8, as records must.
  larder::Result<std::span<const std::byte>> Get(const larder::Key& key) override {
    const auto found = map_->find(key);
    if (found == map_->end()) return larder::Miss();  // no message, and so no allocation
    return found->second;
  }

  // Every index exactly once, in whatever order is cheapest. An engine on a network asks for many at once here.
  void GetMany(std::span<const larder::Key> keys, const GetManyVisitor& visit) override {
    for (std::size_t i = 0; i < keys.size(); ++i) visit(i, Get(keys[i]));
  }

  // In key order from begin to before end, never the marker. Whole records are fine where headers_only is asked.
  larder::Result<void> Scan(const ScanOptions& options, const ScanVisitor& visit) override {
    for (auto at = map_->lower_bound(options.range.begin); at != map_->end(); ++at) {
      if (!options.range.Contains(at->first)) break;
      if (at->first.kind() == larder::RecordKind::marker) continue;
      if (visit(at->first, at->second) == larder::ScanAction::stop) break;
    }
    return {};
  }

 private:
  Snapshot map_;
};

// Safe for any number of threads: readers take the current version, a writer makes the next and swaps it in. Copying
// everything for each batch is what makes this an example; see backends/memory for the same idea in blocks.
class MapStore final : public larder::Store {
 public:
  // Expired records are answered like any other: core decides what expired means.
  larder::Result<void> Get(const larder::Key& key, larder::RecordBuf& buffer) override {
    const Snapshot map = Current();
    const auto found = map->find(key);
    if (found == map->end()) return larder::Miss();
    buffer.Assign(found->second);
    return {};
  }

  larder::Result<std::unique_ptr<larder::Reader>> OpenReader() override {
    return std::make_unique<MapReader>(Current());
  }

  // Drops garbage in slices: from the cursor on, as long as the budget lasts, but always at least one record further.
  larder::Result<larder::CollectProgress> Collect(const larder::CollectSlice& slice) override {
    const auto start = std::chrono::steady_clock::now();
    const std::scoped_lock writing(writing_);
    LARDER_RETURN_IF_ERROR(larder::CheckCollectClock(slice.now, last_collect_, slice.force));
    Map next = *Current();
    larder::CollectProgress progress;
    auto at = slice.cursor.has_value() ? next.lower_bound(*slice.cursor) : next.begin();
    while (at != next.end()) {
      if (progress.scanned % 1024 == 1023 && std::chrono::steady_clock::now() - start >= slice.budget) {
        progress.cursor = at->first;  // goes on here
        break;
      }
      ++progress.scanned;
      const bool garbage = larder::IsCollectable(at->first, at->second, slice.now, slice.floor);
      progress.removed += garbage ? 1 : 0;
      at = garbage ? next.erase(at) : std::next(at);
    }
    Publish(std::move(next));
    if (progress.done()) last_collect_ = slice.now;
    return progress;
  }

  larder::Result<void> Flush() override { return {}; }  // nothing here outlives the process

  larder::Result<larder::StoreStats> Stats() override {
    const Snapshot map = Current();
    larder::StoreStats stats;
    stats.records = map->size();
    for (const auto& [key, record] : *map) stats.live_bytes += larder::Key::kSize + record.size();
    stats.file_bytes = stats.live_bytes;
    stats.engine = {{"readers of this version", std::to_string(map.use_count() - 2)}};  // whatever helps an operator
    return stats;
  }

  // What callers may rely on. The suite holds an engine to what it says here.
  larder::StoreTraits Traits() const override {
    larder::StoreTraits traits;
    traits.engine = "map";
    traits.ordered = traits.snapshot = traits.atomic = true;
    return traits;
  }

 protected:
  // In order, so that the last of two operations on one key wins; a result each. Sizes were checked by Store::Write.
  larder::Result<void> DoWrite(std::span<const larder::WriteOp* const> ops, const larder::WriteOptions& options,
                               std::span<larder::Result<void>* const> results) override {
    const std::scoped_lock writing(writing_);
    Map next = *Current();
    for (std::size_t i = 0; i < ops.size(); ++i) {
      const larder::WriteOp& op = *ops[i];
      if (op.type == larder::WriteOp::Type::remove) {
        next.erase(op.key);
      } else if (op.type == larder::WriteOp::Type::put_if_absent && Holds(next, op.key, options.now)) {
        *results[i] = larder::Fail(larder::Errc::already_exists);
      } else {
        next[op.key] = op.record;
      }
    }
    Publish(std::move(next));
    return {};
  }

 private:
  // What is expired or unreadable does not stand in the way of PutIfAbsent; what a newer release wrote does.
  static bool Holds(const Map& map, const larder::Key& key, larder::Time now) {
    const auto found = map.find(key);
    return found != map.end() && larder::HoldsKey(key, found->second, now);
  }

  Snapshot Current() const {
    const std::scoped_lock lock(current_mutex_);
    return current_;
  }
  void Publish(Map next) {
    auto made = std::make_shared<const Map>(std::move(next));
    const std::scoped_lock lock(current_mutex_);
    current_.swap(made);
  }

  std::mutex writing_;  // one writer at a time; guards last_collect_
  larder::Time last_collect_{};
  mutable std::mutex current_mutex_;  // guards the pointer; what it points at never changes
  Snapshot current_ = std::make_shared<const Map>();
};

}  // namespace example
