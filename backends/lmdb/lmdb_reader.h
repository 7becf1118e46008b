// A Reader over one snapshot.
#pragma once

#include <utility>

#include "larder/store.h"

#include "environment.h"

namespace larder::lmdb {

class LmdbReader final : public Reader {
 public:
  LmdbReader(const Environment& environment, ReadTxn txn) : environment_(environment), txn_(std::move(txn)) {}

  Result<std::span<const std::byte>> Get(const Key& key) override;
  void GetMany(std::span<const Key> keys, const GetManyVisitor& visit) override;
  Result<void> Scan(const ScanOptions& options, const ScanVisitor& visit) override;

 private:
  const Environment& environment_;
  ReadTxn txn_;
};

// One record in a transaction. The span is valid as long as the transaction.
Result<std::span<const std::byte>> GetRecord(const Environment& environment, const ReadTxn& txn, const Key& key);

}  // namespace larder::lmdb
