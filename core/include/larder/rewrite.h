// Old formats: what becomes of a store's records when a release raises kFormatVersion.
//
// Fields that a table gains need none of this: readers pass over what they do not know. A release that raises the
// version knows how to read the version before (FormerFormat). Opening a store for writing with it (OpenStore; or
// RewriteFormer by hand) rewrites those records, so that nothing is fetched again, and reads look for one version only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/key.h"
#include "larder/store.h"

namespace LARDER_API larder {

// How a record of the version before becomes one of today's.
struct FormerFormat {
  std::uint8_t version = 0;  // kFormatVersion - 1
  // The record as this release writes it under `key`. `former` lies under `former_key`, which differs in the version
  // alone, and passes VerifyRecord. An error: nobody can read it.
  std::function<Result<std::vector<std::byte>>(const Key& key, const Key& former_key,
                                               std::span<const std::byte> former)>
      read;
};

// What this release reads besides its own format. Nothing: 1 is the first format that there was.
std::optional<FormerFormat> KnownFormerFormat();

struct RewriteReport {
  std::uint64_t read = 0;  // records of the version before; each is in one of the counts below
  std::uint64_t written = 0;
  std::uint64_t kept = 0;     // this release had written the same one already: that stays
  std::uint64_t dropped = 0;  // damaged, or unreadable: fetched again
};

// Rewrites every record of `former`, in batches that put the new one and remove the old, so that one that is cut short
// is gone on with by the next. Costs one look a kind where there are none. Does nothing on engines without order: on
// memcached hosts of both releases may share the servers, each with its own records, and the old ones end by
// themselves. Errors: the store's.
Result<RewriteReport> RewriteFormer(Store& store, const FormerFormat& former, Time now);

}  // namespace larder
