// A Store that hands everything on to another: what a store that watches, counts or refuses begins with.
#pragma once

#include <memory>
#include <span>

#include "larder/api.h"
#include "larder/store.h"

namespace LARDER_API larder {

// As safe for concurrent use as `next`, which must outlive it. Override what is to differ, and call StoreOver's own.
class StoreOver : public Store {
 public:
  explicit StoreOver(Store& next) : next_(next) {}

  Result<void> Get(const Key& key, RecordBuf& buffer) override { return next_.Get(key, buffer); }
  Result<std::unique_ptr<Reader>> OpenReader() override { return next_.OpenReader(); }
  Result<CollectProgress> Collect(const CollectSlice& slice) override { return next_.Collect(slice); }
  Result<void> Flush() override { return next_.Flush(); }
  Result<StoreStats> Stats() override { return next_.Stats(); }
  StoreTraits Traits() const override { return next_.Traits(); }

 protected:
  // The ops were checked by this store's Write.
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override {
    return next_.DoWrite(ops, options, results);
  }

 private:
  Store& next_;
};

}  // namespace larder
