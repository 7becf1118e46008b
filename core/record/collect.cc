#include "larder/collect.h"

#include <string>

#include "larder/store.h"
#include "larder/time.h"

namespace larder {
namespace {

std::size_t RankOfKind(RecordKind kind) {
  switch (kind) {
    case RecordKind::tags:
      return 2;
    case RecordKind::repository:
    case RecordKind::host:
    case RecordKind::lease:
      return 3;
    default:
      return 1;
  }
}

}  // namespace

EvictionPlace EvictionPlace::Of(const Key& key, std::span<const std::byte> record, Time now) {
  if (key.version() + 1 < kFormatVersion) return {};
  const auto header = ReadHeader(key, record);
  if (!header.has_value()) {
    const bool newer = header.error().code == Errc::unsupported;
    return newer ? EvictionPlace{RankOfKind(key.kind()), kNeverExpiresMs} : EvictionPlace{};
  }
  const std::int64_t ms = header->expiry.time_since_epoch().count();
  if (!IsLive(*header, now)) return {0, ms};
  return {RankOfKind(key.kind()), ms == 0 ? kNeverExpiresMs : ms};
}

bool IsCollectable(const Key& key, std::span<const std::byte> record, Time now, Time floor) {
  if (key.kind() == RecordKind::marker) return false;
  const EvictionPlace place = EvictionPlace::Of(key, record, now);
  return place.rank == 0 || place.expiry_ms < floor.time_since_epoch().count();
}

Key PastEveryKey() {
  std::array<std::byte, Key::kSize> bytes;
  bytes.fill(std::byte{0xFF});
  return Key::FromBytes(bytes);
}

Result<void> CheckCollectClock(Time now, Time last_collect, bool force) {
  if (force || last_collect == Time{}) return {};
  const bool before = now < last_collect;
  if (!before && now - last_collect <= kMaxCollectGap) return {};
  return Fail(Errc::invalid_argument, "collect: the clock says " + FormatTime(now) + ", which is " +
                                          (before ? "before" : "more than 7 days after") + " the last collection at " +
                                          FormatTime(last_collect) + "; check the clock, then force the collection");
}

bool EvictionPoint::Covers(const Key& key, std::span<const std::byte> record, Time now) const {
  if (key.kind() == RecordKind::marker) return false;
  const EvictionPlace place = EvictionPlace::Of(key, record, now);
  if (place.rank != rank) return place.rank < rank;
  return before_ms == kNeverExpiresMs || place.expiry_ms < before_ms;
}

void ExpiryHistogram::Rank::Add(std::int64_t expiry_ms, std::uint64_t bytes) {
  if (expiry_ms == kNeverExpiresMs) {
    never += bytes;
    return;
  }
  buckets[expiry_ms / width_ms] += bytes;
  if (buckets.size() > kMaxBuckets) Coarsen();
}

void ExpiryHistogram::Rank::Coarsen() {
  while (buckets.size() > kMaxBuckets / 2) {
    std::map<std::int64_t, std::uint64_t> coarser;
    for (const auto& [bucket, bytes] : buckets) coarser[bucket / 2] += bytes;
    buckets = std::move(coarser);
    width_ms *= 2;
  }
}

void ExpiryHistogram::Add(const Key& key, std::span<const std::byte> record, std::uint64_t bytes) {
  if (key.kind() == RecordKind::marker) return;
  const EvictionPlace place = EvictionPlace::Of(key, record, now_);
  ranks_[place.rank].Add(place.expiry_ms, bytes);
  bytes_ += bytes;
  if (place.rank == 0) dead_bytes_ += bytes;
}

EvictionPoint ExpiryHistogram::PointFor(std::uint64_t bytes) const {
  std::uint64_t sum = 0;
  for (std::size_t rank = 0; rank < kEvictionRanks; ++rank) {
    for (const auto& [bucket, held] : ranks_[rank].buckets) {
      sum += held;
      if (sum >= bytes) return {rank, (bucket + 1) * ranks_[rank].width_ms};
    }
    sum += ranks_[rank].never;
    if (sum >= bytes && ranks_[rank].never > 0) return {rank, kNeverExpiresMs};
  }
  return {kEvictionRanks - 1, kNeverExpiresMs};
}

}  // namespace larder
