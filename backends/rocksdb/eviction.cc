#include "eviction.h"

#include <algorithm>
#include <string>

#include "larder/time.h"
#include "stretches.h"
#include "sweep.h"

namespace larder::rocks {
namespace {

using Properties = rocksdb::DB::Properties;

std::string MiB(std::uint64_t bytes) { return std::to_string((bytes + (1 << 19)) >> 20) + " MiB"; }

// The oldest Reader's age, for the message alone.
std::string HolderText(rocksdb::DB& db) {
  const std::uint64_t readers = Figure(db, Properties::kNumSnapshots);
  if (readers == 0) return "no Reader is open: remove other programs' files, or use a larger max_bytes";
  const auto since = static_cast<std::int64_t>(Figure(db, Properties::kOldestSnapshotTime));
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(Now().time_since_epoch()).count();
  return "held by " + std::to_string(readers) + " open Readers, the oldest for " +
         std::to_string(std::max<std::int64_t>(0, now - since)) + " s; close Readers within a second";
}

// What the next rewriting may add before it frees anything. Files of level 0 overlap: they are rewritten together, with
// what they meet in the level below, which is kept at a sixteenth of max_bytes or less and may double for a while.
std::uint64_t NextRewrite(rocksdb::DB& db, std::uint64_t max_bytes) {
  rocksdb::ColumnFamilyMetaData files;
  db.GetColumnFamilyMetaData(&files);
  std::uint64_t bytes = 0;
  for (const auto& level : files.levels) {
    bytes += level.level == 0 ? level.size : std::min(level.size, max_bytes / 8);
    if (level.level > 0 && level.size > 0) break;
  }
  return bytes;
}

}  // namespace

std::uint64_t SpaceTaken(rocksdb::DB& db) {
  return Figure(db, Properties::kTotalSstFilesSize) + 2 * Figure(db, Properties::kSizeAllMemTables);
}

Evictor::Evictor(Engine& engine) : engine_(engine), at_most_live_(SpaceTaken(*engine.db)) {}

std::uint64_t Evictor::LiveBytes() const { return std::min(at_most_live_.load(), SpaceTaken(*engine_.db)); }

Result<void> Evictor::MakeRoom(std::uint64_t bytes, Time now) {
  const std::uint64_t bound = engine_.live_bound();
  if (at_most_live_ + bytes > bound) {
    ExpiryHistogram histogram(now);
    LARDER_RETURN_IF_ERROR(Measure(histogram));
    // Short of the bound already: the next sweep is then a sixteenth of it away at least.
    if (at_most_live_ + bytes > bound / 16 * 15) {
      LARDER_RETURN_IF_ERROR(Evict(histogram, at_most_live_ + bytes - bound / 5 * 4, now));
    }
  }
  LARDER_RETURN_IF_ERROR(CheckFiles(bytes));
  at_most_live_ += bytes;
  return {};
}

Result<void> Evictor::Measure(ExpiryHistogram& histogram) {
  std::uint64_t live = 0;
  LARDER_RETURN_IF_ERROR(VisitAll(*engine_.db, [&](const Key& key, std::span<const std::byte> record) {
    live += DiskBytes(record.size());
    histogram.Add(key, record, DiskBytes(record.size()));
  }));
  at_most_live_ = live;
  return {};
}

// What is dead goes in a sweep of its own, before anything that lives.
Result<void> Evictor::Evict(const ExpiryHistogram& histogram, std::uint64_t enough, Time now) {
  const std::uint64_t before = evictions_;
  std::uint64_t freed = 0;
  if (const std::uint64_t dead = std::min(enough, histogram.dead_bytes()); dead > 0) {
    LARDER_ASSIGN_OR_RETURN(freed, EvictBefore(histogram.PointFor(dead), enough, now));
  }
  if (freed < enough) {
    LARDER_ASSIGN_OR_RETURN(const std::uint64_t more, EvictBefore(histogram.PointFor(enough), enough - freed, now));
    freed += more;
  }
  if (freed > 0) LARDER_RETURN_IF_ERROR(PushOutDeletions(*engine_.db));
  engine_.Say(LogLevel::warning, "rocksdb: " + engine_.path.string() + " reached its bound (" +
                                     MiB(engine_.live_bound()) + " of live records, a third of max_bytes): " +
                                     std::to_string(evictions_ - before) + " records that expire first were dropped");
  return {};
}

Result<std::uint64_t> Evictor::EvictBefore(const EvictionPoint& point, std::uint64_t enough, Time now) {
  SweepOptions options;
  options.enough_bytes = enough;
  LARDER_ASSIGN_OR_RETURN(const SweepProgress swept,
                          Sweep(engine_, options, [&point, now](const Key& key, std::span<const std::byte> record) {
                            return point.Covers(key, record, now);
                          }));
  at_most_live_ -= std::min(at_most_live_.load(), swept.removed_bytes);
  evictions_ += swept.removed;
  return swept.removed_bytes;
}

// What stays free is for rewriting, while old files stand beside new ones, and for logs.
Result<void> Evictor::CheckFiles(std::uint64_t bytes) {
  if (Fits(bytes, engine_.max_bytes / 3 * 2)) return {};
  LARDER_RETURN_IF_ERROR(Shrink());
  if (Fits(bytes, engine_.max_bytes / 4 * 3)) return {};
  return Fail(Errc::unavailable, "rocksdb: " + engine_.path.string() + ": files take " +
                                     MiB(SpaceTaken(*engine_.db) + bytes) + " of max_bytes " + MiB(engine_.max_bytes) +
                                     ", and rewriting them takes " + MiB(NextRewrite(*engine_.db, engine_.max_bytes)) +
                                     "; " + HolderText(*engine_.db));
}

bool Evictor::Fits(std::uint64_t bytes, std::uint64_t limit) const {
  const std::uint64_t taken = SpaceTaken(*engine_.db) + bytes;
  if (taken <= engine_.max_bytes / 2) return true;  // nearly always; the next look costs more
  return taken <= limit && taken + NextRewrite(*engine_.db, engine_.max_bytes) <= engine_.max_bytes / 16 * 15;
}

// What background rewriting has not come to yet.
Result<void> Evictor::Shrink() {
  if (Figure(*engine_.db, Properties::kNumSnapshots) > 0) return {};  // it would free little, and take more
  for (const Stretch& stretch : StretchesFrom(*engine_.db, Key())) {
    LARDER_RETURN_IF_ERROR(Rewrite(*engine_.db, stretch));
    if (SpaceTaken(*engine_.db) <= engine_.max_bytes / 2) break;
  }
  return {};
}

}  // namespace larder::rocks
