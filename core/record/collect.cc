#include "larder/collect.h"

#include <algorithm>
#include <limits>
#include <string>

#include "larder/store.h"
#include "larder/time.h"

namespace larder {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::int64_t ExpiryMs(Time expiry) {
  const std::int64_t ms = expiry.time_since_epoch().count();
  return ms == 0 ? kNever : ms;
}

}  // namespace

bool IsCollectable(const Key& key, std::span<const std::byte> record, Time now, Time floor) {
  if (key.kind() == RecordKind::marker) return false;
  if (key.version() + 1 < kFormatVersion) return true;
  const auto header = ReadHeader(key, record);
  if (!header.has_value()) return header.error().code == Errc::corruption;
  return !IsLive(*header, now) || (header->expiry != Time{} && header->expiry < floor);
}

Result<void> CheckCollectClock(Time now, Time last_collect, bool force) {
  if (force || last_collect == Time{}) return {};
  const bool before = now < last_collect;
  if (!before && now - last_collect <= kMaxCollectGap) return {};
  return Fail(Errc::invalid_argument, "collect: the clock says " + FormatTime(now) + ", which is " +
                                          (before ? "before" : "more than 7 days after") + " the last collection at " +
                                          FormatTime(last_collect) + "; check the clock, then force the collection");
}

std::size_t EvictionRank(const Key& key) {
  switch (key.kind()) {
    case RecordKind::tags:
      return 1;
    case RecordKind::repository:
    case RecordKind::host:
    case RecordKind::lease:
      return 2;
    default:
      return 0;
  }
}

bool EvictionPoint::Covers(const Key& key, Time expiry) const {
  if (key.kind() == RecordKind::marker) return false;
  const std::size_t key_rank = EvictionRank(key);
  if (key_rank != rank) return key_rank < rank;
  return before_ms == kNever || ExpiryMs(expiry) < before_ms;
}

void ExpiryHistogram::Rank::Add(std::int64_t expiry_ms, std::uint64_t bytes) {
  if (expiry_ms == kNever) {
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

void ExpiryHistogram::Add(const Key& key, Time expiry, std::uint64_t bytes) {
  if (key.kind() == RecordKind::marker) return;
  ranks_[EvictionRank(key)].Add(ExpiryMs(std::max(expiry, Time{})), bytes);
  bytes_ += bytes;
}

EvictionPoint ExpiryHistogram::PointFor(std::uint64_t bytes) const {
  std::uint64_t sum = 0;
  for (std::size_t rank = 0; rank < kEvictionRanks; ++rank) {
    for (const auto& [bucket, held] : ranks_[rank].buckets) {
      sum += held;
      if (sum >= bytes) return {rank, (bucket + 1) * ranks_[rank].width_ms};
    }
    sum += ranks_[rank].never;
    if (sum >= bytes && ranks_[rank].never > 0) return {rank, kNever};
  }
  return {kEvictionRanks - 1, kNever};
}

}  // namespace larder
