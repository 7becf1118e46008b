#include "refresh/checked_store.h"

#include <string>

#include "larder/image_view.h"

namespace larder::refresh {
namespace {

// Each is told in the log as well, up to so many: a broken disk is no reason to fill another one.
constexpr std::uint64_t kMaxTold = 16;
// Bounds the memory for those that nobody writes anew.
constexpr std::size_t kMaxRemembered = 10'000;

class CheckedReader final : public Reader {
 public:
  CheckedReader(std::unique_ptr<Reader> next, CheckedStore& store) : next_(std::move(next)), store_(store) {}

  Result<std::span<const std::byte>> Get(const Key& key) override {
    auto record = next_->Get(key);
    if (record.has_value()) store_.Check(key, *record);
    return record;
  }
  void GetMany(std::span<const Key> keys, const GetManyVisitor& visit) override {
    next_->GetMany(keys, [&](std::size_t index, Result<std::span<const std::byte>> record) {
      if (record.has_value()) store_.Check(keys[index], *record);
      visit(index, std::move(record));
    });
  }
  Result<void> Scan(const ScanOptions& options, const ScanVisitor& visit) override {
    if (options.headers_only) return next_->Scan(options, visit);
    return next_->Scan(options, [&](const Key& key, std::span<const std::byte> record) {
      store_.Check(key, record);
      return visit(key, record);
    });
  }

 private:
  std::unique_ptr<Reader> next_;
  CheckedStore& store_;
};

}  // namespace

void CheckedStore::Check(const Key& key, std::span<const std::byte> record) {
  if (key.kind() == RecordKind::image) {
    if (auto image = ImageSpan::Make(key, record); !image.has_value()) Found(key, image.error());
  } else if (auto header = VerifyRecord(key, record); !header.has_value()) {
    Found(key, header.error());
  }
}

void CheckedStore::Found(const Key& key, const Error& error) {
  if (error.code != Errc::corruption) return;
  {
    const std::lock_guard lock(mutex_);
    if (damaged_.size() >= kMaxRemembered) damaged_.clear();
    if (!damaged_.insert(key).second) return;
    any_ = true;
  }
  const std::uint64_t count = corrupt_.fetch_add(1, std::memory_order_relaxed) + 1;
  if (!log_ || count > kMaxTold) return;
  log_(LogLevel::warning, "a damaged record (" + std::string(RecordKindName(key.kind())) + ") is fetched again: " +
                              error.ToString() + (count == kMaxTold ? "; more of them are counted only" : ""));
}

Result<void> CheckedStore::Get(const Key& key, RecordBuf& buffer) {
  auto got = StoreOver::Get(key, buffer);
  if (got.has_value()) Check(key, buffer.bytes());
  return got;
}

Result<std::unique_ptr<Reader>> CheckedStore::OpenReader() {
  LARDER_ASSIGN_OR_RETURN(auto reader, StoreOver::OpenReader());
  return std::make_unique<CheckedReader>(std::move(reader), *this);
}

Result<void> CheckedStore::DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                                   std::span<Result<void>* const> results) {
  LARDER_RETURN_IF_ERROR(StoreOver::DoWrite(ops, options, results));
  if (!any_) return {};
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (results[i]->has_value()) damaged_.erase(ops[i]->key);
  }
  return {};
}

}  // namespace larder::refresh
