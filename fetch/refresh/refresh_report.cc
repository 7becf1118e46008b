#include "refresh/refresh_report.h"

#include <utility>

namespace larder::refresh {

RefreshReport ReportOf(const CycleReport& cycle) {
  RefreshReport report;
  if (cycle.error.has_value()) {
    report.error = cycle.error->error;
  } else if (cycle.tag_error.has_value()) {
    report.error = cycle.tag_error;
  }
  report.completeness = cycle.completeness;
  report.counts = cycle.state.counts;
  report.listings = cycle.listings;
  report.heads = cycle.counters.heads;
  report.manifest_gets = cycle.counters.manifest_gets;
  report.blob_gets = cycle.counters.blob_gets;
  report.added = cycle.added;
  report.moved = cycle.moved;
  report.removed = cycle.removed;
  report.same = cycle.same;
  report.failed = cycle.failed;
  report.write_failures = cycle.write_failures;
  return report;
}

RefreshReport ReportOf(Error error) {
  RefreshReport report;
  report.error = std::move(error);
  return report;
}

void AddCounts(const RefreshReport& from, RefreshReport& to) {
  to.listings += from.listings;
  to.heads += from.heads;
  to.manifest_gets += from.manifest_gets;
  to.blob_gets += from.blob_gets;
  to.added += from.added;
  to.moved += from.moved;
  to.removed += from.removed;
  to.same += from.same;
  to.failed += from.failed;
  to.write_failures += from.write_failures;
}

bool IsUnmet(const CycleReport& cycle) {
  if (cycle.write_failures > 0) return true;
  if (!cycle.error.has_value() || cycle.error->error.code == Errc::cancelled) return false;
  return cycle.error->blame != Blame::repository && cycle.error->blame != Blame::tag;
}

bool Changed(const CycleReport& cycle) { return cycle.added + cycle.moved + cycle.removed > 0; }

}  // namespace larder::refresh
