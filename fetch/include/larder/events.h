// What changed: each event is told once, when the change is in the store, and readers see it.
//
// Around a kill (SIGKILL, a crash, power loss) it is at least once: what was stored and not told is told by the next
// pass over the repository, at the latest when its next listing is due; what was told within the last second before it
// may come again, with the same `at`. A restart without that tells nothing again.
//
// Nothing is told of what a change did not touch: not by a registry that limits requests (a ban suspends, and fails
// nothing), not by a store that loses records. Where the store loses what the events are made of (blocks of a listing
// and the records of their tags), repository_listed stands for those that cannot be told apart; so it does where a kill
// left more than could be noted. Of refreshers that share a store, the one that saw a change tells it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "larder/api.h"
#include "larder/digest.h"
#include "larder/image_ref.h"
#include "larder/time.h"

namespace LARDER_API larder {

enum class EventKind : std::uint8_t {
  // Listed whole for the first time, or anew after what was known of it was lost: whatever it holds may be new, and its
  // tags get no events of their own then (also those that hold no image for us).
  repository_listed,
  tag_added,     // in a listing, and not in the one before; or it was told as removed, and holds an image again: to
  tag_moved,     // the same tag points at another digest: from, to
  tag_removed,   // no longer there: gone from two listings and answered by 404; gone from a listing before anything was
                 // known of it; or listed still, but answered by 404 twice (text says so). from, where it was known
  tag_excluded,  // was an image, and now holds none for us: to; text is the reason
  // The first failure after a success: no answer, no access, no such repository. text is the error.
  repository_failed,
  // The first success after that: a whole listing, or an answer for a tag where no listing had failed.
  repository_recovered,
};
std::string_view EventKindName(EventKind kind);

struct Event {
  EventKind kind = EventKind::tag_added;
  Time at{};     // when it was stored
  ImageRef ref;  // without a tag for the kinds of repositories
  Digest from, to;
  std::string text;
};

// Called on the refresher's loop, in order; must be quick and must not call back into the refresher except by its
// thread-safe methods.
using OnEvent = std::function<void(const Event& event)>;

}  // namespace larder
