#include "larder/lmdb_store.h"

#include <string>
#include <utility>

#include "environment.h"
#include "lmdb_error.h"
#include "lmdb_reader.h"
#include "open_table.h"
#include "space.h"
#include "writer.h"

namespace larder {
namespace {

using lmdb::Environment;

class LmdbStore final : public Store {
 public:
  explicit LmdbStore(lmdb::OpenHandle handle) : handle_(std::move(handle)) {}

  Result<void> Get(const Key& key, RecordBuf& buffer) override;
  Result<std::unique_ptr<Reader>> OpenReader() override;
  Result<CollectProgress> Collect(const CollectSlice& slice) override;
  Result<void> Flush() override;
  Result<StoreStats> Stats() override;
  StoreTraits Traits() const override {
    return {.engine = "lmdb", .ordered = true, .snapshot = true, .atomic = true, .durable = true, .shared = false};
  }

 protected:
  Result<void> DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                       std::span<Result<void>* const> results) override;

 private:
  Environment& environment() const { return handle_.environment(); }
  std::unexpected<Error> ReadOnly() const;

  lmdb::OpenHandle handle_;
};

Result<void> LmdbStore::Get(const Key& key, RecordBuf& buffer) {
  const auto txn = environment().Read();
  if (!txn.has_value()) return std::unexpected<Error>(txn.error());
  const auto record = lmdb::GetRecord(environment(), *txn, key);
  if (!record.has_value()) return std::unexpected<Error>(record.error());
  buffer.Assign(*record);
  return {};
}

Result<std::unique_ptr<Reader>> LmdbStore::OpenReader() {
  auto txn = environment().Pin();
  if (!txn.has_value()) return std::unexpected<Error>(std::move(txn).error());
  return std::make_unique<lmdb::LmdbReader>(environment(), std::move(*txn));
}

std::unexpected<Error> LmdbStore::ReadOnly() const {
  return Fail(Errc::invalid_argument,
              "lmdb " + environment().path().string() + ": opened read-only; open it for writing");
}

Result<void> LmdbStore::DoWrite(std::span<const WriteOp* const> ops, const WriteOptions& options,
                                std::span<Result<void>* const> results) {
  return handle_.writer() != nullptr ? handle_.writer()->Write(ops, options, results) : ReadOnly();
}

Result<CollectProgress> LmdbStore::Collect(const CollectSlice& slice) {
  if (handle_.writer() == nullptr) return ReadOnly();
  return handle_.writer()->Collect(slice);
}

Result<void> LmdbStore::Flush() {
  LARDER_RETURN_IF_ERROR(environment().Usable());
  if (handle_.writer() == nullptr) return {};
  const int rc = mdb_env_sync(environment().env(), 1);
  if (rc != 0) return lmdb::FailLmdb(environment().path(), "cannot flush", rc);
  return {};
}

Result<StoreStats> LmdbStore::Stats() {
  const auto txn = environment().Read();
  if (!txn.has_value()) return std::unexpected<Error>(txn.error());
  LARDER_ASSIGN_OR_RETURN(const lmdb::Space space, lmdb::MeasureSpace(environment(), *txn));
  const lmdb::Writer* writer = handle_.writer();
  const std::uint64_t page = environment().page_bytes();
  StoreStats stats;
  stats.records = space.records > 0 ? space.records - 1 : 0;  // without the marker
  stats.live_bytes = space.used * page;
  stats.file_bytes = environment().FileBytes();
  stats.max_bytes = writer != nullptr ? writer->max_bytes() : 0;
  stats.evictions = writer != nullptr ? writer->evictions() : 0;
  stats.engine = {{"page_bytes", std::to_string(page)},
                  {"pages_used", std::to_string(space.used)},
                  {"pages_free", std::to_string(space.end - space.used)},
                  {"map_bytes", std::to_string(space.map * page)},
                  {"branch_pages", std::to_string(space.branch)},
                  {"depth", std::to_string(space.depth)}};
  if (writer != nullptr) stats.engine.emplace_back("reserve_bytes", std::to_string(writer->reserve_bytes()));
  if (const auto age = environment().pool().OldestPin())
    stats.engine.emplace_back("oldest_reader_ms", std::to_string(age->count()));
  return stats;
}

}  // namespace

Result<std::unique_ptr<Store>> OpenLmdbStore(const LmdbOptions& options) {
  if (!options.read_only && options.max_bytes < kLeastLmdbBytes) {
    return Fail(Errc::invalid_argument, "lmdb " + options.path.string() + ": a bound of " +
                                            std::to_string(options.max_bytes) + " bytes; at least " +
                                            std::to_string(kLeastLmdbBytes) + " are needed");
  }
  LARDER_ASSIGN_OR_RETURN(auto handle, lmdb::OpenHandle::Open(options));
  return std::make_unique<LmdbStore>(std::move(handle));
}

}  // namespace larder
