#include "store_marker.h"

#include <string>
#include <utility>

#include "larder/record.h"

#include "lmdb_error.h"
#include "space.h"
#include "write_txn.h"

namespace larder::lmdb {
namespace {

// True where one of the first entries is a record of ours.
bool HoldsRecords(MDB_txn* txn, MDB_dbi dbi) {
  constexpr int kLooks = 16;
  const Cursor cursor(txn, dbi);
  MDB_val key;
  MDB_val value;
  for (int i = 0; i < kLooks && cursor.rc() == 0; ++i) {
    if (mdb_cursor_get(cursor.get(), &key, &value, i == 0 ? MDB_FIRST : MDB_NEXT) != 0) break;
    if (key.mv_size != Key::kSize) continue;
    if (ReadHeader(Key::FromBytes(BytesOf(key)), BytesOf(value)).has_value()) return true;
  }
  return false;
}

}  // namespace

Result<std::optional<StoreMarker>> LoadMarker(Environment& environment) {
  auto txn = environment.Read();
  if (!txn.has_value()) return std::unexpected<Error>(std::move(txn).error());
  const std::string where = "lmdb " + environment.path().string();
  const Key marker_key = Key::Marker();
  MDB_val key = ValueOf(marker_key);
  MDB_val value;
  const int rc = mdb_get(txn->get(), environment.dbi(), &key, &value);
  if (rc == 0) {
    auto marker = ReadMarker(BytesOf(value));
    if (!marker.has_value()) return std::unexpected<Error>(std::move(marker).error().WithContext(where));
    return *marker;
  }
  if (rc != MDB_NOTFOUND) return FailLmdb(environment.path(), "cannot read the marker", rc);
  MDB_stat stat;
  mdb_stat(txn->get(), environment.dbi(), &stat);
  if (stat.ms_entries == 0) return std::optional<StoreMarker>();
  if (HoldsRecords(txn->get(), environment.dbi())) {
    return Fail(Errc::corruption,
                where + ": the store's marker is lost; the store is damaged: move it away, it is filled again");
  }
  return Fail(Errc::invalid_argument, where + ": another program's LMDB database, not Larder's; use another path");
}

Result<void> SaveMarker(Environment& environment, const StoreMarker& marker) {
  const auto record = MakeMarker(marker);
  WriteTxn txn(environment);
  int rc = txn.Begin();
  if (rc == 0) {
    const Key marker_key = Key::Marker();
    MDB_val key = ValueOf(marker_key);
    MDB_val value = ValueOf(record);
    rc = mdb_put(txn.get(), environment.dbi(), &key, &value, 0);
  }
  if (rc == 0) {
    MDB_envinfo info;
    mdb_env_info(environment.env(), &info);
    rc = txn.Commit(info.me_last_pgno + 16);
  }
  if (rc != 0) return FailLmdb(environment.path(), "cannot write the marker", rc);
  return {};
}

}  // namespace larder::lmdb
