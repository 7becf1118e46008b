// A store that can refuse to write, and that is looked at around each write: where a kill may come.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "larder/memory_store.h"
#include "larder/scan.h"
#include "larder/store_over.h"

namespace larder::refresh {

class KillingStore final : public StoreOver {
 public:
  explicit KillingStore(std::shared_ptr<Store> next) : StoreOver(*next), next_(std::move(next)) {}

  // Called with the number of each write, from 1, before and after it.
  std::function<void(int write, bool after)> around;
  bool refuses = false;
  bool refuses_removals = false;  // of images
  bool lies = false;              // stores, and says that it could not

  int writes() const { return writes_; }

  // What a process would find that starts now.
  std::shared_ptr<Store> Copy() const {
    std::shared_ptr<Store> copy = OpenMemoryStore({}).value();
    WriteBatch batch;
    EXPECT_TRUE(ScanStore(*next_, {}, [&](const Key& key, std::span<const std::byte> record) {
                  batch.Put(key, std::vector<std::byte>(record.begin(), record.end()));
                  return ScanAction::go_on;
                }).has_value());
    EXPECT_TRUE(copy->Write(batch, {}).has_value());
    return copy;
  }

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override {
    if (refuses) return Fail(Errc::unavailable, "the disk is full");
    for (const WriteOp* op : ops) {
      const bool removal = op->type == WriteOp::Type::remove && op->key.kind() == RecordKind::image;
      if (removal && refuses_removals) return Fail(Errc::unavailable, "nothing can be removed now");
    }
    const int write = ++writes_;
    if (around) around(write, false);
    auto done = StoreOver::DoWrite(ops, options, results);
    if (around) around(write, true);
    if (lies) return Fail(Errc::unavailable, "no answer in time");
    return done;
  }

 private:
  std::shared_ptr<Store> next_;
  int writes_ = 0;
};

}  // namespace larder::refresh
