#include "sweep.h"

#include <utility>

#include "lmdb_error.h"

namespace larder::lmdb {

Result<std::optional<Key>> SweepRange(const Environment& environment, const ReadTxn& txn, const KeyRange& range,
                                      const std::function<ScanAction(const Key&, std::span<const std::byte>)>& visit) {
  Cursor cursor(txn.get(), environment.dbi());
  if (cursor.rc() != 0) return FailLmdb(environment.path(), "cannot scan", cursor.rc());
  MDB_val key = ValueOf(range.begin);
  MDB_val value;
  int rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_SET_RANGE);
  for (; rc == 0; rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT)) {
    if (key.mv_size != Key::kSize) continue;  // no record of ours
    const Key at = Key::FromBytes(BytesOf(key));
    if (!range.Contains(at)) return std::optional<Key>();
    if (at.kind() == RecordKind::marker) continue;
    if (visit(at, BytesOf(value)) == ScanAction::stop) return at;
  }
  if (rc != MDB_NOTFOUND) return FailLmdb(environment.path(), "cannot scan", rc);
  return std::optional<Key>();
}

Result<std::optional<Key>> SweepRecords(
    Environment& environment, const Key& begin,
    const std::function<ScanAction(const Key&, std::span<const std::byte>)>& visit) {
  auto txn = environment.ReadAsWriter();
  if (!txn.has_value()) return std::unexpected<Error>(std::move(txn).error());
  KeyRange range = KeyRange::All();
  range.begin = begin;
  return SweepRange(environment, *txn, range, visit);
}

}  // namespace larder::lmdb
