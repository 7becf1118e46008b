// Everything that a store keeps of one tag, as plain values: what the refresher reads, changes and writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/image_info.h"
#include "larder/key.h"
#include "larder/record.h"

namespace LARDER_API larder {

enum class EntryStatus : std::uint8_t {
  image = 1,     // facts known
  excluded = 2,  // answered, but there is no image for us in it: excluded_reason
  missing = 3,   // the registry says that it does not exist, twice
  pending = 4,   // digest known, facts not fetched yet (budget)
  failed = 5,    // never a good answer; last_error
};
std::string_view EntryStatusName(EntryStatus status);
// The status as the record's header repeats it, for those who read headers only; failed for a value that is none.
EntryStatus StatusOf(const RecordHeader& header);
// True where a whole listing lacked the tag and nothing since has said more (gone_since without failures), as the
// header repeats it.
bool SaysUnlisted(const RecordHeader& header);

struct ImageRecord {
  EntryStatus status = EntryStatus::failed;
  ImageInfo info;               // info.id names the record; the rest as far as status says it is known
  std::string excluded_reason;  // cut to kMaxReasonBytes when written
  std::string announced;        // the digest header where it is not info.digest: what "moved" compares
  Duration interval{0};         // between checks, without jitter; whole seconds are kept
  std::uint16_t failures = 0;   // in a row
  std::string last_error;       // of the last attempt; "" after a success; cut to kMaxReasonBytes
  Time gone_since{};            // first sign that it is gone (a whole listing without it, a 404); epoch: none
  Time deadline{};              // next check (after failures: next try)
  Time expiry{};                // when it may be dropped

  friend bool operator==(const ImageRecord&, const ImageRecord&) = default;
};

Key KeyOf(const ImageRecord& record);
// The record's bytes under KeyOf(record). Labels over the bound are dropped (labels_truncated), texts are cut at a
// UTF-8 boundary: it always fits. invalid_argument where the ref has no tag.
Result<std::vector<std::byte>> BuildImageRecord(const ImageRecord& record);

}  // namespace larder
