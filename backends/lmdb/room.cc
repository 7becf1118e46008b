#include "room.h"

#include <unistd.h>

#include <algorithm>

#include "lmdb_error.h"
#include "write_txn.h"

namespace larder::lmdb {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLeastReserve = 8 << 20;
constexpr std::uint64_t kUsualBatch = 512;
constexpr std::size_t kSlice = 512;     // removals a transaction: under 7 ms
constexpr std::size_t kLeastSlice = 8;  // when even removals meet MDB_MAP_FULL
constexpr int kForcedSlices = 64;
constexpr std::chrono::milliseconds kGrowPatience{100};
constexpr std::size_t kRememberedCommits = 4096;
// From 1 - 1/kBand of the bound on, batches evict; at the bound kSteep + 1 times their own size.
constexpr std::uint64_t kBand = 8;
constexpr std::uint64_t kSteep = 4;

}  // namespace

Result<Space> Room::Measure() {
  auto txn = environment_.ReadAsWriter();
  if (!txn.has_value()) return std::unexpected<Error>(std::move(txn).error());
  return MeasureSpace(environment_, *txn);
}

Result<void> Room::Reserve() {
  ClearStaleReaders();
  LARDER_ASSIGN_OR_RETURN(const Space space, Measure());
  return GrowReserve(CostOfPuts(kUsualBatch, space), space, Environment::kRemapPatience);
}

Result<void> Room::GrowReserve(const BatchCost& cost, const Space& space, std::chrono::milliseconds patience) {
  const std::uint64_t page = environment_.page_bytes();
  const std::uint64_t wanted = std::max(kLeastReserve, 4 * cost.pages * page);
  if (wanted <= reserve_bytes_) return {};
  // A store from a time of a larger bound needs its reserve as well. Not beyond the end of the file: what is free
  // before it counts, and the file would creep.
  const std::uint64_t pages = std::max(std::max(BoundPages(), space.used) + wanted / page + 1, space.end);
  if (pages * page > environment_.map_bytes()) LARDER_RETURN_IF_ERROR(environment_.Remap(pages * page, patience));
  reserve_bytes_ = wanted;
  return {};
}

Result<BatchCost> Room::For(std::span<const WriteOp* const> ops, Time now) {
  LARDER_ASSIGN_OR_RETURN(const Space space, Measure());
  const BatchCost cost = CostOf(ops, space);
  // Where a Reader is in the way, the batch may still fit.
  if (!GrowReserve(cost, space, kGrowPatience).has_value()) LARDER_RETURN_IF_ERROR(environment_.Usable());
  LARDER_RETURN_IF_ERROR(Evict(cost, space, now));
  LARDER_RETURN_IF_ERROR(EnsureFits(cost, now));
  return cost;
}

std::uint64_t Room::PagesAfter(const BatchCost& cost, const Space& space) const {
  return space.used + std::min(cost.net_pages, BoundPages() / 4);
}

// Removing scattered records empties no page until its neighbours can be merged, so the answer must grow gently: what
// the batch brings at the lower end of the band, five times that at the bound, and beyond it whatever is too much.
std::uint64_t Room::WantedBytes(const BatchCost& cost, const Space& space) const {
  const std::uint64_t band = BoundPages() / kBand;
  const std::uint64_t after = PagesAfter(cost, space);
  if (after <= BoundPages() - band) return 0;
  const std::uint64_t excess = after - (BoundPages() - band);
  const std::uint64_t gentle = cost.bytes + cost.bytes * kSteep * std::min(excess, band) / band;
  return std::max<std::uint64_t>(gentle, 1) + (excess > band ? (excess - band) * environment_.page_bytes() : 0);
}

Result<void> Room::Evict(const BatchCost& cost, const Space& space, Time now) {
  const std::uint64_t wanted = WantedBytes(cost, space);
  if (wanted > 0 && !evicting_) {
    evicting_ = true;
    Say(LogLevel::info,
        "near its bound of " + std::to_string(max_bytes_) + " bytes: what expires first is evicted before each batch");
  } else if (evicting_ && PagesAfter(cost, space) < BoundPages() - 2 * BoundPages() / kBand) {
    evicting_ = false;
    Say(LogLevel::info, "well below its bound again: nothing is evicted");
  }
  if (wanted == 0) {
    credit_ = 0;
    return {};
  }
  credit_ -= static_cast<std::int64_t>(wanted);
  if (credit_ < 0) ClearStaleReaders();
  while (credit_ < 0) {
    LARDER_ASSIGN_OR_RETURN(const std::uint64_t freed, EvictSlice(now));
    if (freed == 0) credit_ = 0;
    credit_ += static_cast<std::int64_t>(freed);
  }
  return {};
}

Result<std::uint64_t> Room::EvictSlice(Time now) {
  LARDER_ASSIGN_OR_RETURN(const Evictor::Victims victims,
                          evictor_.Next(environment_, now, kSlice, max_bytes_ / (4 * kBand)));
  if (victims.keys.empty()) return 0;
  std::uint64_t removed = 0;
  auto done = Remove(victims.keys, "cannot evict", removed);
  evictions_ += removed;
  if (!done.has_value()) return std::unexpected<Error>(std::move(done).error());
  return victims.bytes;
}

Result<void> Room::Remove(std::span<const Key> keys, std::string_view what, std::uint64_t& removed) {
  std::size_t slice = keys.size();
  while (!keys.empty()) {
    slice = std::min(slice, keys.size());
    LARDER_ASSIGN_OR_RETURN(const Space space, Measure());
    const int rc = RemoveAtOnce(keys.first(slice), space.end + CostOfRemovals(slice, space).pages);
    if (rc == 0) {
      keys = keys.subspan(slice);
      removed += slice;
    } else if (rc != MDB_MAP_FULL) {
      return FailLmdb(environment_.path(), what, rc);
    } else if (slice > kLeastSlice) {
      ClearStaleReaders();
      slice = (slice + 1) / 2;
    } else {
      if (const auto reader = FindOldReader(environment_)) return Pinned(*reader);
      return FailLmdb(environment_.path(), what, rc);
    }
  }
  return {};
}

int Room::RemoveAtOnce(std::span<const Key> keys, std::uint64_t file_pages) {
  WriteTxn txn(environment_);
  int rc = txn.Begin();
  for (const Key& each : keys) {
    if (rc != 0) return rc;
    MDB_val key = ValueOf(each);
    rc = mdb_del(txn.get(), environment_.dbi(), &key, nullptr);
    if (rc == MDB_NOTFOUND) rc = 0;
  }
  if (rc != 0) return rc;
  const std::size_t txnid = mdb_txn_id(txn.get());
  rc = txn.Commit(file_pages);
  if (rc == 0) NoteCommit(txnid);
  return rc;
}

Result<bool> Room::Fits(const BatchCost& cost) {
  auto txn = environment_.ReadAsWriter();
  if (!txn.has_value()) return std::unexpected<Error>(std::move(txn).error());
  LARDER_ASSIGN_OR_RETURN(const Space space, MeasureSpace(environment_, *txn));
  if (space.tail() >= cost.pages) return true;
  LARDER_ASSIGN_OR_RETURN(const FreePages free, CountFreePages(environment_, *txn));
  return space.tail() + free.reusable >= cost.pages;
}

Result<void> Room::EnsureFits(const BatchCost& cost, Time now) {
  LARDER_ASSIGN_OR_RETURN(bool fits, Fits(cost));
  if (fits) return {};
  ClearStaleReaders();
  for (int slices = 0; slices < kForcedSlices; ++slices) {
    if (const auto reader = FindOldReader(environment_)) return Pinned(*reader);
    LARDER_ASSIGN_OR_RETURN(const std::uint64_t freed, EvictSlice(now));
    LARDER_ASSIGN_OR_RETURN(fits, Fits(cost));
    if (fits || freed == 0) return {};  // the estimate is a worst case: let the batch try
  }
  return {};
}

Result<void> Room::AfterMapFull(const BatchCost& cost, Time now) {
  ClearStaleReaders();
  if (const auto reader = FindOldReader(environment_)) return Pinned(*reader);
  std::uint64_t freed = 0;
  while (freed < 2 * cost.bytes + cost.pages * environment_.page_bytes()) {
    LARDER_ASSIGN_OR_RETURN(const std::uint64_t slice, EvictSlice(now));
    if (slice == 0) break;
    freed += slice;
  }
  if (freed > 0) return {};
  return FailLmdb(environment_.path(), "a batch does not fit, and there is nothing to evict", MDB_MAP_FULL);
}

void Room::NoteCommit(std::size_t txnid) {
  commits_.emplace_back(txnid, Clock::now());
  if (commits_.size() > kRememberedCommits) commits_.pop_front();
}

void Room::ClearStaleReaders() {
  int dead = 0;
  if (mdb_reader_check(environment_.env(), &dead) == 0 && dead > 0) {
    Say(LogLevel::warning, "cleared " + std::to_string(dead) + " readers of processes that died");
  }
}

std::unexpected<Error> Room::Pinned(const OldReader& reader) const {
  // It sees the commit `txnid`, so it was opened before the next one.
  const auto next = std::ranges::find_if(commits_, [&](const auto& commit) { return commit.first > reader.txnid; });
  std::string age = "since before this store was opened for writing";
  const auto own = reader.pid == getpid() ? environment_.pool().OldestPin() : std::nullopt;
  if (own) {
    age = "for " + std::to_string(own->count()) + " ms";
  } else if (next != commits_.end() && next->first == reader.txnid + 1) {
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - next->second);
    age = "for " + std::to_string(since.count()) + " ms or more";
  }
  return Fail(Errc::unavailable, "lmdb " + environment_.path().string() + ": no room to write: a Reader of process " +
                                     std::to_string(reader.pid) + ", open " + age +
                                     ", keeps freed pages from being used again; close Readers within a second");
}

void Room::Say(LogLevel level, const std::string& text) const {
  if (log_) log_(level, "lmdb " + environment_.path().string() + ": " + text);
}

}  // namespace larder::lmdb
