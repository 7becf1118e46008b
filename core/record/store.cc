#include "larder/store.h"

namespace larder {

void WriteBatch::Put(const Key& key, std::vector<std::byte> record) {
  bytes_ += Key::kSize + record.size();
  ops_.push_back(WriteOp{WriteOp::Type::put, key, std::move(record)});
}

void WriteBatch::PutIfAbsent(const Key& key, std::vector<std::byte> record) {
  bytes_ += Key::kSize + record.size();
  ops_.push_back(WriteOp{WriteOp::Type::put_if_absent, key, std::move(record)});
}

void WriteBatch::Remove(const Key& key) {
  bytes_ += Key::kSize;
  ops_.push_back(WriteOp{WriteOp::Type::remove, key, {}});
}

void WriteBatch::Clear() {
  ops_.clear();
  bytes_ = 0;
}

Result<WriteResults> Store::Write(const WriteBatch& batch, const WriteOptions& options) {
  WriteResults results(batch.size());
  std::vector<const WriteOp*> ops;
  std::vector<Result<void>*> outcomes;
  ops.reserve(batch.size());
  outcomes.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const WriteOp& op = batch.ops()[i];
    const std::size_t size = op.record.size();
    if (size > kMaxRecordBytes) {
      results[i] = Fail(Errc::too_large, "a record of " + std::to_string(size) + " bytes under " + op.key.ToHex() +
                                             "; at most " + std::to_string(kMaxRecordBytes));
    } else if (size % 8 != 0) {
      results[i] = Fail(Errc::invalid_argument, "a record of " + std::to_string(size) + " bytes under " +
                                                    op.key.ToHex() + ": not a multiple of 8");
    } else {
      ops.push_back(&op);
      outcomes.push_back(&results[i]);
    }
  }
  if (!ops.empty()) LARDER_RETURN_IF_ERROR(DoWrite(ops, options, outcomes));
  return results;
}

}  // namespace larder
