// When a repository is listed, and what may be said of it: pure rules of (what we had, what we saw, now).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/repository.h"
#include "larder/time.h"

namespace LARDER_API larder {

// A listing of 10 pages (some 1,000 to 10,000 tags) is asked for less often.
inline constexpr Duration kListInterval = std::chrono::minutes(5);
inline constexpr Duration kLongListInterval = std::chrono::minutes(15);
inline constexpr std::uint32_t kLongListPages = 10;

// `pages` of the last whole listing; `configured`, where it is positive, is what it says.
Duration ListInterval(std::uint32_t pages, std::optional<Duration> configured = std::nullopt);
// With jitter by the canonical name.
Time NextListing(Duration interval, std::string_view name, Time now);
// The stored deadline of the next listing, or `now` where it is further ahead than any rule makes one: the interval or,
// after failures, the longest back-off or ban, and a tenth. It was then written under a clock that was set back since.
Time SaneListing(Time deadline, Duration interval, std::uint32_t failures, Time now);

// `listed`: a listing was read to its end at some time. A repository without tags is complete.
Completeness CompletenessOf(bool listed, const RepositoryCounts& counts);

// What a repository's record says of its listings.
struct ListingState {
  Time last_listed{};  // epoch: never
  Time deadline{};     // of the next one
  std::uint32_t pages = 0;
  std::uint32_t failures = 0;  // in a row
};
// Derived when reading, never stored: the last whole listing is older than three intervals and, where no listing failed
// since, one interval past the planned one (an operator may plan longer ones). Also where it lies in the future. A
// repository that was never listed is not stale: its completeness says what it is.
bool IsStale(const ListingState& state, Time now);

// A tag is gone when two whole listings, at least this far apart, lack it. Then it is asked for by HEAD.
inline constexpr Duration kGoneApart = std::chrono::minutes(1);
// Where more than kMaxConfirmations are gone at once, a sample decides for all.
inline constexpr std::size_t kMaxConfirmations = 100;
inline constexpr std::size_t kConfirmationSample = 20;

struct Absence {
  Time gone_since{};     // first whole listing without the tag; epoch: it was listed
  bool confirm = false;  // ask by HEAD now
};
// What a whole listing, ended `now`, says of a tag that has a record. `last_checked` is when the tag was last answered
// for: one that answered after it had gone from the listings is left to its own deadline.
Absence AfterListing(bool listed, Time gone_since, Time last_checked, Time now);
// A 404 to a tag that two listings lack removes its record.
bool IsRemoved(Time gone_since, Time now);

// Which of `gone` tags to ask: all, or kConfirmationSample of them spread over the whole by a hash of (name, now).
// Rising indexes.
std::vector<std::size_t> TagsToConfirm(std::size_t gone, std::string_view name, Time now);

enum class SampleVerdict : std::uint8_t {
  all_gone,   // remove the others too
  ask_again,  // remove those that answered 404, and no other; the next listing asks for another sample
};
// `asked` is the size of the sample, `not_found` how many of it answered 404.
SampleVerdict DecideSample(std::size_t asked, std::size_t not_found);

}  // namespace larder
