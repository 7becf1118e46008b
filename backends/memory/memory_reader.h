// A Reader over one table.
#pragma once

#include <memory>

#include "larder/store.h"

#include "table.h"

namespace larder::memory {

class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(std::shared_ptr<const Table> table) : table_(std::move(table)) {}

  Result<std::span<const std::byte>> Get(const Key& key) override;
  void GetMany(std::span<const Key> keys, const GetManyVisitor& visit) override;
  Result<void> Scan(const ScanOptions& options, const ScanVisitor& visit) override;

 private:
  std::shared_ptr<const Table> table_;
};

}  // namespace larder::memory
