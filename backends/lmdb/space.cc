#include "space.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "lmdb_error.h"

namespace larder::lmdb {
namespace {

constexpr MDB_dbi kFreeList = 0;  // LMDB's own database of free pages: txnid -> list, whose first word counts
constexpr std::uint64_t kMetaPages = 2;
constexpr std::uint64_t kNodeBytes = 34;  // header, place in the page's index, key
// A record over this goes to a page of its own (LMDB: two nodes have to fit a page of 4,096).
constexpr std::uint64_t kInPageBytes = 1990;
constexpr std::uint64_t kPageBytes = 4096;

std::uint64_t PagesOf(const MDB_stat& stat) {
  return stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
}

// Lines of mdb_reader_list: "pid thread txnid", with "-" for a slot that reads nothing. Its heading does not scan.
int NoteReader(const char* line, void* context) noexcept {
  auto& oldest = *static_cast<std::optional<OldReader>*>(context);
  int pid = 0;
  std::size_t thread = 0;
  std::size_t txnid = 0;
  if (std::sscanf(line, "%d %zx %zu", &pid, &thread, &txnid) == 3 && (!oldest || txnid < oldest->txnid)) {
    oldest = OldReader{pid, txnid};
  }
  return 0;
}

std::size_t LastTxnid(const Environment& environment) {
  MDB_envinfo info;
  mdb_env_info(environment.env(), &info);
  return info.me_last_txnid;
}

void AddOverhead(BatchCost& cost, std::uint64_t ops, const Space& space) {
  cost.pages += std::min(space.branch, ops * space.depth) + 2 * space.depth;
  cost.pages += cost.pages / 128 + 16;  // the list of pages that it frees
  cost.net_pages += 4;
}

}  // namespace

Result<Space> MeasureSpace(const Environment& environment, const ReadTxn& txn) {
  MDB_stat records;
  MDB_stat free_list;
  MDB_envinfo info;
  int rc = mdb_stat(txn.get(), environment.dbi(), &records);
  if (rc == 0) rc = mdb_stat(txn.get(), kFreeList, &free_list);
  if (rc == 0) rc = mdb_env_info(environment.env(), &info);
  if (rc != 0) return FailLmdb(environment.path(), "cannot measure", rc);
  return Space{.map = info.me_mapsize / environment.page_bytes(),
               .end = info.me_last_pgno + 1,
               .used = kMetaPages + PagesOf(records) + PagesOf(free_list),
               .branch = records.ms_branch_pages,
               .depth = records.ms_depth,
               .records = records.ms_entries};
}

Result<FreePages> CountFreePages(const Environment& environment, const ReadTxn& txn) {
  const auto reader = FindOldReader(environment);
  const std::size_t last = LastTxnid(environment);
  const std::size_t oldest = reader ? std::min(reader->txnid, last) : last;
  Cursor cursor(txn.get(), kFreeList);
  if (cursor.rc() != 0) return FailLmdb(environment.path(), "cannot read the free pages", cursor.rc());
  FreePages pages;
  MDB_val key;
  MDB_val list;
  int rc = 0;
  while ((rc = mdb_cursor_get(cursor.get(), &key, &list, MDB_NEXT)) == 0) {
    std::size_t txnid = 0;
    std::size_t count = 0;
    std::memcpy(&txnid, key.mv_data, sizeof txnid);
    std::memcpy(&count, list.mv_data, sizeof count);
    (txnid < oldest ? pages.reusable : pages.held) += count;
  }
  if (rc != MDB_NOTFOUND) return FailLmdb(environment.path(), "cannot read the free pages", rc);
  return pages;
}

std::optional<OldReader> FindOldReader(const Environment& environment) {
  std::optional<OldReader> oldest;
  mdb_reader_list(environment.env(), &NoteReader, &oldest);
  if (oldest && oldest->txnid >= LastTxnid(environment)) return std::nullopt;
  return oldest;
}

std::uint64_t BytesInPages(std::uint64_t record_bytes) {
  return record_bytes > kInPageBytes ? kPageBytes + kNodeBytes : record_bytes + kNodeBytes;
}

BatchCost CostOf(std::span<const WriteOp* const> ops, const Space& space) {
  BatchCost cost;
  for (const WriteOp* op : ops) {
    if (op->type == WriteOp::Type::remove) {
      cost.pages += 1;
      continue;
    }
    const std::uint64_t own_page = op->record.size() > kInPageBytes ? 1 : 0;
    cost.pages += 2 + own_page;  // its leaf, and the other half where the leaf is split
    cost.net_pages += 1 + own_page;
    cost.bytes += BytesInPages(op->record.size());
  }
  AddOverhead(cost, ops.size(), space);
  return cost;
}

BatchCost CostOfPuts(std::uint64_t count, const Space& space) {
  BatchCost cost{.pages = 2 * count, .net_pages = count};
  AddOverhead(cost, count, space);
  return cost;
}

BatchCost CostOfRemovals(std::uint64_t count, const Space& space) {
  BatchCost cost{.pages = count};
  AddOverhead(cost, count, space);
  return cost;
}

}  // namespace larder::lmdb
