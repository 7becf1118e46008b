// What a store holds of one repository, read for refreshing. These run on the store's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/image_record.h"
#include "larder/repository_record.h"
#include "larder/store.h"
#include "refresh/schedule.h"

namespace larder::refresh {

struct StoredRepository {
  std::optional<RepositoryRecord> state;  // nullopt: nothing usable; its listing is then empty
  std::vector<std::string> tags;          // sorted
  std::uint32_t missing_blocks = 0;
  Time blocks_expiry{};  // of the block that expires first; epoch: no blocks
};
// An error only where the store does not answer.
Result<StoredRepository> ReadStoredRepository(Store& store, std::string_view name, Time now);

// What the schedule and the counts need of one tag.
struct TagHead {
  Time deadline{};
  EntryStatus status = EntryStatus::failed;
  bool present = false;   // a live record that passes its checksum
  bool unlisted = false;  // the last whole listing lacked it
};
Result<std::vector<TagHead>> ReadTagHeads(Store& store, std::string_view name, const std::vector<std::string>& tags,
                                          Time now);

// What a listing of these tags counts.
RepositoryCounts CountHeads(const std::vector<TagHead>& heads);
// The same of the listing as it is stored; nullopt where it cannot be read whole.
std::optional<RepositoryCounts> CountStored(Store& store, std::string_view name, Time now);

// Whole records: absent where there is none that is live and passes every check, under its own name.
Result<std::vector<std::optional<ImageRecord>>> ReadImageRecords(Store& store, std::string_view name,
                                                                 const std::vector<Key>& keys, Time now);

// When a repository's listing and tags are due, as it is stored: what was due while nobody refreshed is due at `now`,
// and so are tags of the listing that have no record, and a listing of which a part is lost; nothing else.
// `list_interval` as configured.
struct StoredDues {
  bool read = false;  // false: the store does not answer
  Time list_due{};
  std::vector<TagDue> tags;
  bool counts_differ = false;  // the state's from what its tags have: a cycle was killed, or could not write
};
StoredDues ReadStoredDues(Store& store, std::string_view name, std::optional<Duration> list_interval, Time now);
// When the next listing is due, as its state says.
Time ListingDue(const RepositoryRecord& state, std::optional<Duration> list_interval, Time now);

}  // namespace larder::refresh
