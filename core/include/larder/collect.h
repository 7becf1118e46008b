// What embedded engines drop, and in which order: the rules that are the same whatever the engine is.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/key.h"
#include "larder/record.h"

namespace LARDER_API larder {

// True where Collect drops the record: it is expired at `now`, or expires before `floor` (epoch: no floor), or is of a
// format older than the one before kFormatVersion, or no reader can read its header. Never the marker, never a record
// of a newer format. The first kRecordHeaderBytes of the record are enough.
bool IsCollectable(const Key& key, std::span<const std::byte> record, Time now, Time floor);

// The cursor of a slice that has nothing left but to note that the collection ended: no record is at it or after it.
Key PastEveryKey();

// How far after the last Collect a clock may stand before it is not believed.
inline constexpr std::chrono::days kMaxCollectGap{7};

// invalid_argument where `now` is before `last_collect` (epoch: never collected), or more than kMaxCollectGap after it:
// a wrong clock would drop what is good. `force` says that the clock is right.
Result<void> CheckCollectClock(Time now, Time last_collect, bool force);

// Which records go first when a bound is met, by rank:
//   0  what Collect would drop, whatever its kind: it is expired, or no reader can read it
//   1  images and manifests
//   2  tag blocks
//   3  repositories, hosts and leases
// Within a rank, what expires first; last of its rank what never expires, and what a newer release wrote. A repository
// so keeps its state, and reads partial rather than never fetched, until its images are gone; and a live lease, which
// expires soonest of all, is not lost to make room.
inline constexpr std::size_t kEvictionRanks = 4;
inline constexpr std::int64_t kNeverExpiresMs = std::numeric_limits<std::int64_t>::max();

// Where a record stands in that order at `now`. Of every record but the marker, which is never evicted. The first
// kRecordHeaderBytes of the record are enough.
struct EvictionPlace {
  std::size_t rank = 0;
  std::int64_t expiry_ms = 0;
  static EvictionPlace Of(const Key& key, std::span<const std::byte> record, Time now);
  friend auto operator<=>(const EvictionPlace&, const EvictionPlace&) = default;
};

// A point in the order of eviction.
struct EvictionPoint {
  std::size_t rank = 0;
  std::int64_t before_ms = 0;
  // True where a record goes, at `now`, before this point is reached. Never the marker.
  bool Covers(const Key& key, std::span<const std::byte> record, Time now) const;
  friend bool operator==(const EvictionPoint&, const EvictionPoint&) = default;
};

// How many bytes expire when, by rank at `now`: filled by a sweep of headers, asked how far to evict. In a fixed amount
// of memory. Not safe for concurrent use.
class ExpiryHistogram {
 public:
  static constexpr std::int64_t kFinestMs = 60'000;  // one bucket is a minute at least
  static constexpr std::size_t kMaxBuckets = 4096;   // a rank; over it, buckets double in width

  explicit ExpiryHistogram(Time now) : now_(now) {}

  void Add(const Key& key, std::span<const std::byte> record, std::uint64_t bytes);
  std::uint64_t bytes() const { return bytes_; }
  // Of rank 0. Whoever sweeps in key order asks for a point among these first, and for one beyond them once they are
  // gone: a point beyond covers both, and a sweep could come by live records before dead ones.
  std::uint64_t dead_bytes() const { return dead_bytes_; }
  // The nearest point before which at least `bytes` lie; the end of everything where there are fewer. A whole bucket
  // may hold more than is needed: whoever evicts stops when it has enough.
  EvictionPoint PointFor(std::uint64_t bytes) const;

 private:
  struct Rank {
    std::map<std::int64_t, std::uint64_t> buckets;  // number of the bucket -> bytes
    std::int64_t width_ms = kFinestMs;
    std::uint64_t never = 0;  // bytes without an expiry
    void Add(std::int64_t expiry_ms, std::uint64_t bytes);
    void Coarsen();
  };
  Time now_;
  std::array<Rank, kEvictionRanks> ranks_;
  std::uint64_t bytes_ = 0;
  std::uint64_t dead_bytes_ = 0;
};

}  // namespace larder
