// The state of a repository and the blocks of its tag listing.
//
// A listing is many records, so that none outgrows a page: the state names a generation and a number of blocks. A new
// listing writes its blocks under the next generation, then the state, then removes the old blocks: a reader always
// finds a whole listing, or knows that one is missing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/key.h"
#include "larder/repository.h"
#include "larder/store.h"

namespace LARDER_API larder {

// What failed when repository_failed was told (events.h in fetch), until repository_recovered is.
enum class Trouble : std::uint8_t { none = 0, listing = 1, tags = 2 };

struct RepositoryRecord {
  ImageName name;
  std::uint32_t generation = 0;  // 0: never listed
  std::uint32_t blocks = 0;
  RepositoryCounts counts;
  std::uint32_t skipped = 0;   // in the listing, but no valid tags
  std::uint32_t pages = 0;     // of the last whole listing
  std::uint32_t failures = 0;  // listings failed in a row
  Time last_listed{};          // epoch: never
  Time last_error_at{};
  std::string last_error;  // "" after a success
  bool full = false;       // the store's bound keeps some tags out
  Trouble trouble = Trouble::none;
  // Changes that were stored and may not have been told: what a kill in between leaves. At most kMaxUntoldBytes are
  // kept, with kUntoldOverhead for each; the text is the refresher's own.
  std::vector<std::string> untold;
  Time deadline{};  // next listing
  Time expiry{};
  friend bool operator==(const RepositoryRecord&, const RepositoryRecord&) = default;
};

inline constexpr std::size_t kMaxUntoldBytes = 2048;
inline constexpr std::size_t kUntoldOverhead = 16;

Key KeyOf(const RepositoryRecord& record);
// The record's bytes under KeyOf(record). The last error is cut to kMaxReasonBytes, so that it always fits.
Result<std::vector<std::byte>> BuildRepositoryRecord(const RepositoryRecord& record);
// The name in the record must be `name` (canonical); any name where it is empty. corruption where anything is wrong;
// unsupported for a newer format.
Result<RepositoryRecord> ReadRepositoryRecord(const Key& key, std::string_view name, std::span<const std::byte> record);
// The same of the repository `name`, spelled so in what is answered. Costs less: nothing is parsed. REQUIRES:
// `canonical` is of that name, and `key` the repository's.
Result<RepositoryRecord> ReadRepositoryRecord(const ImageName& name, const CanonicalName& canonical, const Key& key,
                                              std::span<const std::byte> record);

// Splits a sorted listing into block records of at most kTagsPerBlock tags and one page each; appends Puts to `batch`.
// Returns the number of blocks. too_large where a single tag does not fit into a page.
inline constexpr std::size_t kTagsPerBlock = 100;
Result<std::uint32_t> PutTagBlocks(WriteBatch& batch, std::string_view name, std::uint32_t generation,
                                   std::span<const std::string> tags, Time expiry);
struct TagBlock {
  std::string name;
  std::uint32_t generation = 0;
  std::uint32_t block = 0;
  std::vector<std::string> tags;
};
// As ReadRepositoryRecord.
Result<TagBlock> ReadTagBlock(const Key& key, std::string_view name, std::span<const std::byte> record);

}  // namespace larder
