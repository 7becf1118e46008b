#include "sweep.h"

#include <cstdint>
#include <utility>

#include "lmdb_error.h"

namespace larder::lmdb {
namespace {

// Neighbours in the order of keys lie scattered within their page: the processor is told of all of it at once, or each
// record would be waited for.
class PageAhead {
 public:
  explicit PageAhead(std::uint64_t page_bytes) : page_bytes_(page_bytes) {}

  void Look(const MDB_val& value) {
    constexpr std::size_t kLineBytes = 64;
    const auto* at = static_cast<const char*>(value.mv_data);
    const char* page = at - (reinterpret_cast<std::uintptr_t>(at) & (page_bytes_ - 1));
    if (page == page_) return;
    page_ = page;
    for (std::size_t line = 0; line < page_bytes_; line += kLineBytes) __builtin_prefetch(page + line);
  }

 private:
  const std::size_t page_bytes_;  // a power of two
  const char* page_ = nullptr;
};

}  // namespace

Result<std::optional<Key>> SweepRange(const Environment& environment, const ReadTxn& txn, const KeyRange& range,
                                      SweepDepth depth,
                                      const std::function<ScanAction(const Key&, std::span<const std::byte>)>& visit) {
  Cursor cursor(txn.get(), environment.dbi());
  if (cursor.rc() != 0) return FailLmdb(environment.path(), "cannot scan", cursor.rc());
  PageAhead ahead(environment.page_bytes());
  MDB_val key = ValueOf(range.begin);
  MDB_val value;
  int rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_SET_RANGE);
  for (; rc == 0; rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT)) {
    if (depth == SweepDepth::whole) ahead.Look(value);
    if (key.mv_size != Key::kSize) continue;  // no record of ours
    const Key at = Key::FromBytes(BytesOf(key));
    if (!range.unbounded && at >= range.end) return std::optional<Key>();
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
  return SweepRange(environment, *txn, range, SweepDepth::headers, visit);
}

}  // namespace larder::lmdb
