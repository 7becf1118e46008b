#include "evictor.h"

#include <algorithm>
#include <utility>

#include "space.h"
#include "sweep.h"

namespace larder::lmdb {

Result<Evictor::Victims> Evictor::Next(Environment& environment, Time now, std::size_t count,
                                       std::uint64_t plan_bytes) {
  const bool planned = sweep_.has_value() && now - sweep_->planned < kPlanLasts;
  if (!planned) LARDER_RETURN_IF_ERROR(Plan(environment, now, plan_bytes));
  auto victims = Take(environment, now, count);
  if (!victims.has_value() || !victims->keys.empty() || !planned) return victims;
  // The old sweep came to its end: what was written since has not been weighed.
  LARDER_RETURN_IF_ERROR(Plan(environment, now, plan_bytes));
  return Take(environment, now, count);
}

Result<void> Evictor::Plan(Environment& environment, Time now, std::uint64_t bytes) {
  ExpiryHistogram histogram(now);
  auto end = SweepRecords(environment, Key{}, [&](const Key& key, std::span<const std::byte> record) {
    histogram.Add(key, record, BytesInPages(record.size()));
    return ScanAction::go_on;
  });
  LARDER_RETURN_IF_ERROR(end);
  if (histogram.dead_bytes() > 0) bytes = std::min(bytes, histogram.dead_bytes());
  sweep_ = Sweep{.point = histogram.PointFor(bytes), .next = Key{}, .planned = now};
  return {};
}

Result<Evictor::Victims> Evictor::Take(Environment& environment, Time now, std::size_t count) {
  Victims victims;
  auto stopped = SweepRecords(environment, sweep_->next, [&](const Key& key, std::span<const std::byte> record) {
    if (victims.keys.size() == count) return ScanAction::stop;
    if (sweep_->point.Covers(key, record, now)) {
      victims.keys.push_back(key);
      victims.bytes += BytesInPages(record.size());
    }
    return ScanAction::go_on;
  });
  if (!stopped.has_value()) return std::unexpected<Error>(std::move(stopped).error());
  if (stopped->has_value()) {
    sweep_->next = **stopped;
  } else {
    sweep_.reset();
  }
  return victims;
}

}  // namespace larder::lmdb
