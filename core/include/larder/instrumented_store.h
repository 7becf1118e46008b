// A Store that tells how long the engine took.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "larder/api.h"
#include "larder/store_over.h"

namespace LARDER_API larder {

enum class StoreMethod : std::uint8_t { get, open_reader, write, collect };

// Called after each call of the engine, on the calling thread. A miss is a success: the engine answered. Must be
// thread-safe.
using StoreObserver = std::function<void(StoreMethod method, bool success, std::chrono::nanoseconds took)>;

// Safe for concurrent use, without a lock of its own. `next` must outlive it.
class InstrumentedStore final : public StoreOver {
 public:
  InstrumentedStore(Store& next, StoreObserver observer) : StoreOver(next), observer_(std::move(observer)) {}
  Result<void> Get(const Key& key, RecordBuf& buffer) override;
  // The reader is the engine's own: what it reads is not timed.
  Result<std::unique_ptr<Reader>> OpenReader() override;
  Result<CollectProgress> Collect(const CollectSlice& slice) override;

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override;

 private:
  StoreObserver observer_;
};

}  // namespace larder
