// When a tag is asked again: pure rules of (what we had, what we saw, now).
#pragma once

#include <cstdint>
#include <string_view>

#include "larder/api.h"
#include "larder/digest.h"
#include "larder/time.h"

namespace LARDER_API larder {

// Flux's intervals by their names there.
inline constexpr Duration kMinRefresh = std::chrono::minutes(5);
inline constexpr Duration kMaxRefresh = std::chrono::days(7);
inline constexpr Duration kInitialRefresh = std::chrono::hours(1);
inline constexpr Duration kExcludedRefresh = std::chrono::hours(24);
// An image that is old when it is first seen begins with a longer interval, up to this (Flux: kInitialRefresh for all).
inline constexpr Duration kMaxInitialRefresh = std::chrono::hours(24);
// Above any deadline that the rules make (7 d and a tenth): what is further ahead was written under a wrong clock.
inline constexpr Duration kMaxDeadlineAhead = std::chrono::days(8);
// A tag that is due this soon is asked along with one that is due now.
inline constexpr Duration kGoAlong = std::chrono::seconds(60);
// How long after it was last seen or asked for a record may be dropped.
inline constexpr Duration kRetention = std::chrono::days(30);
// How long a host is not asked by HEAD after it answered 404 to a HEAD and 200 to the GET.
inline constexpr Duration kNoHead = std::chrono::hours(24);

// Within kMinRefresh and kMaxRefresh.
Duration ClipRefresh(Duration interval);
// A tenth of the image's age, within kInitialRefresh and kMaxInitialRefresh; the former where `created` is none or in
// the future.
Duration FirstInterval(Time now, const Timestamp& created);
// Half where the tag moved, double where it did not, clipped.
Duration NextInterval(Duration previous, bool moved);

// The deadline, or `now` where it is further ahead than any rule makes one. A record's "none" (epoch) is in the past.
Time SaneDeadline(Time deadline, Time now);
bool IsDue(Time deadline, Time now);
// IsDue, or due within kGoAlong.
bool GoesAlong(Time deadline, Time now);
// The deadline after another refresher may have asked: the later of ours and the stored one, as far as that is sane.
Time AdoptDeadline(Time ours, Time stored, Time now);

inline Time ExpiryFrom(Time last_seen, Duration retention = kRetention) { return last_seen + retention; }
// Facts by digest are written again for their expiry only when half of the retention is gone.
bool NeedsRenewal(Time expiry, Time now, Duration retention = kRetention);

// HEAD is worth trying. `no_head_until` is the host's mark; epoch: none.
bool MayHead(Time no_head_until, Time now);

// How to ask for a tag. Known ones by HEAD; unknown ones by GET, but by HEAD first where pulls are counted, so that a
// digest shared by many tags is pulled once. Where HEAD does not work, by GET (If-None-Match where the tag is known).
enum class Question : std::uint8_t { head, get };
Question NextQuestion(bool known, bool pulls_counted, bool may_head);

// What a tag points at, as far as it was said: `announced` by the Docker-Content-Digest header, `content` computed from
// the bytes. Empty where it is not known.
struct TagDigests {
  Digest announced;
  Digest content;
};
enum class TagChange : std::uint8_t {
  unknown,  // cannot be told: ask by GET
  same,
  moved,
};
// After a GET the contents are compared. After a HEAD, what is announced with what was announced before (a host whose
// header is wrong would otherwise be fetched for ever) or, where nothing was, with the content.
TagChange CompareTag(const TagDigests& before, const TagDigests& now);

// The part of a tag's record that the rules write.
struct TagSchedule {
  Duration interval{0};        // without jitter; 0: never answered
  std::uint16_t failures = 0;  // in a row, the tag's own
  Time deadline{};
  Time expiry{};
  friend bool operator==(const TagSchedule&, const TagSchedule&) = default;
};

// `ref` is canonical with the tag. The tag was answered for and is an image (or its digest is known and its facts
// pending).
TagSchedule AfterAnswer(const TagSchedule& had, bool moved, const Timestamp& created, std::string_view ref, Time now,
                        Duration retention = kRetention);
// Answered for, but excluded.
TagSchedule AfterExcluded(std::string_view ref, Time now, Duration retention = kRetention);
// Not answered for, and the tag itself is to blame: 404, a bad document, a wrong digest.
TagSchedule AfterTagFault(const TagSchedule& had, std::string_view ref, Time now, Duration retention = kRetention);
// Not answered for, and the host, a limit or the credential is to blame: only the expiry moves, so that an outage
// destroys nothing. The tag stays due.
TagSchedule AfterOthersFault(const TagSchedule& had, Time now, Duration retention = kRetention);

// What becomes of a tag's entry after a fault of its own.
enum class TagFault : std::uint8_t { not_found, bad_answer };
enum class EntryFate : std::uint8_t {
  keep,     // the last good entry stays (image or excluded), with the error beside it
  failed,   // there never was a good one
  missing,  // 404 twice in a row
};
// A good entry yields to a second 404 only. `not_found_before`: the attempt before this one was a 404 too.
EntryFate FateOf(TagFault fault, bool has_good_entry, bool not_found_before);

}  // namespace larder
