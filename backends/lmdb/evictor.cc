#include "evictor.h"

#include <utility>

#include "larder/record.h"

#include "lmdb_error.h"
#include "space.h"
#include "sweep.h"

namespace larder::lmdb {
namespace {

// Of a record that nobody can read: it goes first.
constexpr Time kUnreadable{std::chrono::milliseconds{1}};

Time ExpiryOf(const Key& key, std::span<const std::byte> record) {
  const auto header = ReadHeader(key, record);
  return header.has_value() ? header->expiry : kUnreadable;
}

}  // namespace

Result<Evictor::Victims> Evictor::Next(Environment& environment, std::size_t count, std::uint64_t plan_bytes) {
  const bool planned = sweep_.has_value();
  if (!planned) LARDER_RETURN_IF_ERROR(Plan(environment, plan_bytes));
  auto victims = Take(environment, count);
  if (!victims.has_value() || !victims->keys.empty() || !planned) return victims;
  // The old sweep came to its end: what was written since has not been weighed.
  LARDER_RETURN_IF_ERROR(Plan(environment, plan_bytes));
  return Take(environment, count);
}

Result<void> Evictor::Plan(Environment& environment, std::uint64_t bytes) {
  ExpiryHistogram histogram;
  auto end = SweepRecords(environment, Key{}, [&](const Key& key, std::span<const std::byte> record) {
    histogram.Add(key, ExpiryOf(key, record), BytesInPages(record.size()));
    return ScanAction::go_on;
  });
  LARDER_RETURN_IF_ERROR(end);
  sweep_ = Sweep{.point = histogram.PointFor(bytes), .next = Key{}};
  return {};
}

Result<Evictor::Victims> Evictor::Take(Environment& environment, std::size_t count) {
  Victims victims;
  auto stopped = SweepRecords(environment, sweep_->next, [&](const Key& key, std::span<const std::byte> record) {
    if (victims.keys.size() == count) return ScanAction::stop;
    if (sweep_->point.Covers(key, ExpiryOf(key, record))) {
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
