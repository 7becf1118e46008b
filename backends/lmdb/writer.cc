#include "writer.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "larder/time.h"

#include "lmdb_error.h"
#include "store_marker.h"
#include "write_txn.h"

namespace larder::lmdb {
namespace {

constexpr int kReplays = 3;

// By key, operations on one key in their order: the result is the same, and every page is visited once.
std::vector<std::uint32_t> KeyOrder(std::span<const WriteOp* const> ops) {
  std::vector<std::uint32_t> order(ops.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const auto by_key = ops[a]->key <=> ops[b]->key;
    return by_key != 0 ? by_key < 0 : a < b;
  });
  return order;
}

// The greatest key; nothing in an empty store, or where a stranger's key is the greatest.
std::optional<Key> LastKey(MDB_txn* txn, MDB_dbi dbi) {
  const Cursor cursor(txn, dbi);
  MDB_val key;
  MDB_val value;
  if (cursor.rc() != 0 || mdb_cursor_get(cursor.get(), &key, &value, MDB_LAST) != 0) return std::nullopt;
  if (key.mv_size != Key::kSize) return std::nullopt;
  return Key::FromBytes(BytesOf(key));
}

}  // namespace

Result<std::unique_ptr<Writer>> Writer::Open(Environment& environment, const LmdbOptions& options) {
  if (environment.read_only()) {
    return Fail(Errc::permission_denied, "lmdb " + environment.path().string() +
                                             ": may only be read by this user, or lies "
                                             "on a read-only file system; open it read-only");
  }
  LARDER_ASSIGN_OR_RETURN(LockFile lock, LockFile::Acquire(environment.path()));
  std::unique_ptr<Writer> writer(new Writer(environment, std::move(lock), options));
  LARDER_RETURN_IF_ERROR(writer->Start(options.durability));
  return writer;
}

Result<void> Writer::Start(LmdbDurability durability) {
  LARDER_ASSIGN_OR_RETURN(const auto marker, LoadMarker(environment_));
  const std::scoped_lock lock(environment_.write_mutex());
  mdb_env_set_flags(environment_.env(), MDB_NOMETASYNC, durability == LmdbDurability::no_meta_sync ? 1 : 0);
  LARDER_RETURN_IF_ERROR(room_.Reserve());
  if (marker && marker->format == kFormatVersion) {
    marker_ = *marker;
    return {};
  }
  marker_ = marker.value_or(StoreMarker{.created = Now()});
  marker_.format = kFormatVersion;
  return SaveMarker(environment_, marker_);
}

Result<void> Writer::Write(std::span<const WriteOp* const> ops, const WriteOptions& options,
                           std::span<Result<void>* const> results) {
  LARDER_RETURN_IF_ERROR(environment_.Usable());
  const std::scoped_lock lock(environment_.write_mutex());
  LARDER_ASSIGN_OR_RETURN(const BatchCost cost, room_.For(ops, options.now));
  for (int attempt = 0;; ++attempt) {
    LARDER_ASSIGN_OR_RETURN(const Space space, room_.Measure());
    const int rc = TryWrite(ops, options.now, results, space.end + cost.pages);
    if (rc == 0) return {};
    if (rc != MDB_MAP_FULL || attempt == kReplays) return FailLmdb(environment_.path(), "cannot write a batch", rc);
    LARDER_RETURN_IF_ERROR(room_.AfterMapFull(cost, options.now));
  }
}

int Writer::TryWrite(std::span<const WriteOp* const> ops, Time now, std::span<Result<void>* const> results,
                     std::uint64_t file_pages) {
  WriteTxn txn(environment_);
  if (const int rc = txn.Begin(); rc != 0) return rc;
  // What lies behind all there is, as in a copy, is appended: it fills its pages.
  std::optional<Key> last = LastKey(txn.get(), environment_.dbi());
  for (const std::uint32_t i : KeyOrder(ops)) {
    const bool append = last.has_value() && ops[i]->key > *last && ops[i]->type != WriteOp::Type::remove;
    if (const int rc = Apply(txn.get(), *ops[i], now, append, *results[i]); rc != 0) return rc;
    if (append) last = ops[i]->key;
  }
  const std::size_t txnid = mdb_txn_id(txn.get());
  const int rc = txn.Commit(file_pages);
  if (rc == 0) room_.NoteCommit(txnid);
  return rc;
}

int Writer::Apply(MDB_txn* txn, const WriteOp& op, Time now, bool append, Result<void>& result) const {
  result = {};  // a replay may end otherwise
  MDB_val key = ValueOf(op.key);
  if (op.type == WriteOp::Type::remove) {
    const int rc = mdb_del(txn, environment_.dbi(), &key, nullptr);
    return rc == MDB_NOTFOUND ? 0 : rc;
  }
  if (op.type == WriteOp::Type::put_if_absent) {
    MDB_val old;
    const int rc = mdb_get(txn, environment_.dbi(), &key, &old);
    if (rc != 0 && rc != MDB_NOTFOUND) return rc;
    if (rc == 0 && HoldsKey(op.key, BytesOf(old), now)) {
      result = Fail(Errc::already_exists);
      return 0;
    }
  }
  MDB_val value = ValueOf(op.record);
  return mdb_put(txn, environment_.dbi(), &key, &value, append ? MDB_APPEND : 0);
}

}  // namespace larder::lmdb
