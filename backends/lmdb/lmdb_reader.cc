#include "lmdb_reader.h"

#include "lmdb_error.h"
#include "sweep.h"

namespace larder::lmdb {

Result<std::span<const std::byte>> GetRecord(const Environment& environment, const ReadTxn& txn, const Key& key) {
  MDB_val name = ValueOf(key);
  MDB_val value;
  const int rc = mdb_get(txn.get(), environment.dbi(), &name, &value);
  if (rc == 0) return BytesOf(value);
  if (rc == MDB_NOTFOUND) return Miss();
  return FailLmdb(environment.path(), "cannot read a record", rc);
}

Result<std::span<const std::byte>> LmdbReader::Get(const Key& key) {
  LARDER_RETURN_IF_ERROR(environment_.Usable());
  return GetRecord(environment_, txn_, key);
}

void LmdbReader::GetMany(std::span<const Key> keys, const GetManyVisitor& visit) {
  for (std::size_t i = 0; i < keys.size(); ++i) visit(i, Get(keys[i]));
}

Result<void> LmdbReader::Scan(const ScanOptions& options, const ScanVisitor& visit) {
  LARDER_RETURN_IF_ERROR(environment_.Usable());
  const SweepDepth depth = options.headers_only ? SweepDepth::headers : SweepDepth::whole;
  LARDER_RETURN_IF_ERROR(SweepRange(environment_, txn_, options.range, depth, visit));
  return {};
}

}  // namespace larder::lmdb
