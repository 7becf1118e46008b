// How a listing becomes records: under a new generation, the state after its blocks, the old blocks last.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "larder/image_record.h"
#include "larder/repository_record.h"
#include "larder/store.h"

namespace larder::refresh {

// Writes the batch, if there is anything in it: the first error of its records, or its own.
Result<void> WriteAll(Store& store, const WriteBatch& batch, Time now);

// Writes `tags` (sorted) as the next generation of `state`, the state itself, and removes the blocks of the generation
// before. On the store's thread. On success `state` has the new generation. A reader at any moment finds a whole
// listing.
Result<void> WriteListing(Store& store, RepositoryRecord& state, const std::vector<std::string>& tags,
                          Time blocks_expiry, Time now);

// The state alone.
Result<void> WriteState(Store& store, const RepositoryRecord& state, Time now);

// Moves the expiry of everything that is kept of a repository: for outages that last longer than half of the retention.
Result<void> RenewRepository(Store& store, const RepositoryRecord& state, const std::vector<std::string>& tags,
                             Time expiry, Time now);

// What a cycle did to the counts. Kept as a change, because tags of the same repository may be asked for by somebody
// else in between (RefreshNow of one tag during a long cycle).
struct CountChange {
  std::int64_t tags = 0, known = 0, pending = 0, failing = 0;
  void Add(EntryStatus status, int by);
  RepositoryCounts On(const RepositoryCounts& counts) const;
};

// The state as it is in the store now, for applying changes to it on the store's thread; `otherwise` where there is
// none.
RepositoryRecord CurrentState(Store& store, const RepositoryRecord& otherwise);

}  // namespace larder::refresh
