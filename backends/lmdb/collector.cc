// Collection: sweeps over the headers, removes in slices.
#include <chrono>
#include <vector>

#include "larder/collect.h"

#include "lmdb_error.h"
#include "store_marker.h"
#include "sweep.h"
#include "writer.h"

namespace larder::lmdb {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRemovals = 512;   // a transaction
constexpr std::uint64_t kStride = 1024;  // records between two looks at the clock
constexpr std::uint64_t kLeastScanned = kStride;

}  // namespace

Result<CollectProgress> Writer::Collect(const CollectSlice& slice) {
  const auto deadline = Clock::now() + slice.budget;
  LARDER_RETURN_IF_ERROR(environment_.Usable());
  const std::scoped_lock lock(environment_.write_mutex());
  LARDER_RETURN_IF_ERROR(CheckCollectClock(slice.now, marker_.last_collect, slice.force));
  CollectProgress progress;
  progress.cursor = slice.cursor.value_or(Key{});
  std::vector<Key> doomed;
  bool late = false;
  while (progress.cursor && !late) {
    doomed.clear();
    auto stopped = SweepRecords(environment_, *progress.cursor, [&](const Key& key, std::span<const std::byte> record) {
      if (progress.scanned >= kLeastScanned && progress.scanned % kStride == 0) late = Clock::now() >= deadline;
      if (late || doomed.size() == kRemovals) return ScanAction::stop;
      ++progress.scanned;
      if (IsCollectable(key, record, slice.now, slice.floor)) doomed.push_back(key);
      return ScanAction::go_on;
    });
    if (!stopped.has_value()) return std::unexpected<Error>(std::move(stopped).error());
    if (!doomed.empty()) LARDER_RETURN_IF_ERROR(RemoveCollected(doomed));
    progress.removed += doomed.size();
    progress.cursor = *stopped;
    late = late || Clock::now() >= deadline;
  }
  if (progress.done() && marker_.last_collect != slice.now) {
    StoreMarker marker = marker_;
    marker.last_collect = slice.now;
    LARDER_RETURN_IF_ERROR(SaveMarker(environment_, marker));
    marker_ = marker;
  }
  return progress;
}

Result<void> Writer::RemoveCollected(std::span<const Key> keys) {
  LARDER_ASSIGN_OR_RETURN(const BatchCost cost, room_.ForRemovals(keys.size()));
  LARDER_ASSIGN_OR_RETURN(const Space space, room_.Measure());
  const int rc = room_.Remove(keys, space.end + cost.pages);
  if (rc != 0) return FailLmdb(environment_.path(), "cannot collect", rc);
  return {};
}

}  // namespace larder::lmdb
