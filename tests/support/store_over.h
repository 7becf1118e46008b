// A store that hands everything on to another: what doubles of stores begin with.
#pragma once

#include <memory>
#include <span>
#include <utility>

#include "larder/store.h"

namespace larder::testing {

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
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override {
    WriteBatch batch;
    for (const WriteOp* op : ops) {
      if (op->type == WriteOp::Type::put) batch.Put(op->key, op->record);
      if (op->type == WriteOp::Type::put_if_absent) batch.PutIfAbsent(op->key, op->record);
      if (op->type == WriteOp::Type::remove) batch.Remove(op->key);
    }
    LARDER_ASSIGN_OR_RETURN(auto done, next_.Write(batch, options));
    for (std::size_t i = 0; i < done.size(); ++i) *results[i] = std::move(done[i]);
    return {};
  }

 private:
  Store& next_;
};

}  // namespace larder::testing
