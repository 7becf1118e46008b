// Collection: sweeps over the headers, removes in steps.
#include <chrono>
#include <vector>

#include "larder/collect.h"

#include "store_marker.h"
#include "sweep.h"
#include "writer.h"

namespace larder::lmdb {
namespace {

using Clock = std::chrono::steady_clock;

// Records between two looks at the clock: some 10 us where the pages are in memory, a dozen reads where they are not.
constexpr std::uint64_t kStride = 64;

}  // namespace

Result<CollectProgress> Writer::Collect(const CollectSlice& slice) {
  LARDER_RETURN_IF_ERROR(environment_.Usable());
  const std::scoped_lock lock(environment_.write_mutex());
  const auto end = Clock::now() + slice.budget;  // of its own work: what it waits for a writer is not in it
  if (auto believed = CheckCollectClock(slice.now, marker_.last_collect, slice.force); !believed.has_value()) {
    return std::unexpected<Error>(std::move(believed).error().WithContext("lmdb " + environment_.path().string()));
  }
  CollectProgress progress;
  progress.cursor = slice.cursor.value_or(Key{});
  std::vector<Key> doomed;
  bool late = false;
  const auto is_late = [&](bool removes) {
    return progress.scanned > 0 && pace_.IsLate(end, removes);  // every slice gets somewhere
  };
  const auto look = [&](const Key& key, std::span<const std::byte> record) {
    if (doomed.size() >= pace_.step()) return ScanAction::stop;
    const bool collectable = IsCollectable(key, record, slice.now, slice.floor);
    const bool first = collectable && doomed.empty();
    if (first || progress.scanned % kStride == 0) late = is_late(collectable || !doomed.empty());
    if (late) return ScanAction::stop;
    ++progress.scanned;
    if (collectable) doomed.push_back(key);
    return ScanAction::go_on;
  };
  while (progress.cursor && !late) {
    doomed.clear();
    auto stopped = SweepRecords(environment_, *progress.cursor, look);
    if (!stopped.has_value()) return std::unexpected<Error>(std::move(stopped).error());
    if (!doomed.empty()) {
      const auto before = Clock::now();
      LARDER_RETURN_IF_ERROR(room_.Remove(doomed, "cannot collect", progress.removed));
      pace_.Took(Clock::now() - before, doomed.size());
    }
    progress.cursor = *stopped;
  }
  if (progress.done() && is_late(true)) progress.cursor = PastEveryKey();
  if (progress.done()) LARDER_RETURN_IF_ERROR(NoteCollected(slice.now));
  return progress;
}

Result<void> Writer::NoteCollected(Time now) {
  if (marker_.last_collect == now) return {};
  StoreMarker marker = marker_;
  marker.last_collect = now;
  LARDER_RETURN_IF_ERROR(SaveMarker(environment_, marker));
  marker_ = marker;
  return {};
}

}  // namespace larder::lmdb
