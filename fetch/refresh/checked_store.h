// A store as the refresher reads it: records that fail their checks are counted on the way.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <utility>

#include "larder/log.h"
#include "larder/store_over.h"

namespace larder::refresh {

// Thread-safe as `next`, which must outlive it. What it hands on is as it was read: whoever asked checks it again.
class CheckedStore final : public StoreOver {
 public:
  CheckedStore(Store& next, Log log) : StoreOver(next), log_(std::move(log)) {}

  // Records found damaged so far: each once, until it is written anew.
  std::uint64_t corrupt() const { return corrupt_.load(std::memory_order_relaxed); }
  void Check(const Key& key, std::span<const std::byte> record);

  Result<void> Get(const Key& key, RecordBuf& buffer) override;
  Result<std::unique_ptr<Reader>> OpenReader() override;

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override;

 private:
  void Found(const Key& key, const Error& error);

  Log log_;
  std::atomic<std::uint64_t> corrupt_{0};
  std::atomic<bool> any_{false};  // damaged_ is not empty
  std::mutex mutex_;
  std::set<Key> damaged_;  // guarded by mutex_
};

}  // namespace larder::refresh
