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
    if (op.key == Key::Marker()) {
      results[i] = Fail(Errc::invalid_argument, "the marker's key: that record belongs to the store; use another key");
    } else if (size > kMaxRecordBytes) {
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

bool HoldsKey(const Key& key, std::span<const std::byte> record, Time now) {
  const auto header = VerifyRecord(key, record);
  return header.has_value() ? IsLive(*header, now) : header.error().code == Errc::unsupported;
}

}  // namespace larder
