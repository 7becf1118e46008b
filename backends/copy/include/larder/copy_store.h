// Every record from one store into another, of whatever engines.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/store.h"

namespace LARDER_API larder {

struct CopyReport {
  std::uint64_t read = 0;  // records seen, without the marker; each is in one of the counts below
  std::uint64_t written = 0;
  std::uint64_t same = 0;     // already there, byte for byte
  std::uint64_t leases = 0;   // left behind: each belongs to a process that runs and refreshes into its own store
  std::uint64_t expired = 0;  // left behind: the target, which is memcached, would drop them at once
  std::uint64_t broken = 0;   // left behind: they fail their checks
  std::uint64_t newer = 0;    // left behind: of a newer release's format, which this one cannot judge
  std::uint64_t failed = 0;   // the target did not take them
  // Dropped by the target to stay within its bound, of these or of its own: raise max_bytes. Known at the end.
  std::uint64_t evicted = 0;
  std::optional<Error> first_failure;
};

struct CopyOptions {
  Time now{};            // decides what is expired
  bool dry_run = false;  // counts what would be written
  // Called after each batch, and at last with the report itself; stop ends the copy with `cancelled`.
  std::function<ScanAction(const CopyReport& so_far)> progress;
};

// Every record but leases, byte for byte, in batches; expired ones too, unless the target is memcached. A second run
// writes nothing, unless some were evicted. Pins a reader of `from` for a batch only. Errors: the source's or the
// target's, where a batch as a whole fails; unsupported where the source cannot enumerate.
Result<CopyReport> CopyStore(Store& from, Store& to, const CopyOptions& options);

}  // namespace larder
