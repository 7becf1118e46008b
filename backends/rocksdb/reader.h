// A Reader on RocksDB: a snapshot where the database can give one, and one buffer into which records are copied.
#pragma once

#include <rocksdb/snapshot.h>

#include <memory>

#include "engine.h"
#include "larder/store.h"

namespace larder::rocks {

class RocksReader final : public Reader {
 public:
  explicit RocksReader(Engine& engine);

  Result<std::span<const std::byte>> Get(const Key& key) override;
  void GetMany(std::span<const Key> keys, const GetManyVisitor& visit) override;
  Result<void> Scan(const ScanOptions& options, const ScanVisitor& visit) override;

 private:
  rocksdb::ReadOptions read_options();
  void GetChunk(std::span<const Key> keys, std::size_t first_index, const GetManyVisitor& visit);

  rocksdb::DB& db_;
  std::unique_ptr<rocksdb::ManagedSnapshot> snapshot_;  // none on a secondary, which cannot
  RecordBuf buffer_;                                    // aligned, as readers of records expect
};

}  // namespace larder::rocks
