// What changed, told once each.
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
  repository_listed,     // listed whole for the first time; its tags get no events of their own then
  tag_added,             // in a listing, and not in the one before
  tag_moved,             // the same tag points at another digest: from, to
  tag_removed,           // gone from two listings, and the registry answers 404
  tag_excluded,          // was an image or new, and now holds none for us: text is the reason
  repository_failed,     // the first failure after a success: text is the error
  repository_recovered,  // the first success after a failure
};
std::string_view EventKindName(EventKind kind);

struct Event {
  EventKind kind = EventKind::tag_added;
  Time at{};
  ImageRef ref;  // without a tag for the kinds of repositories
  Digest from, to;
  std::string text;
};

// Called on the refresher's loop, in order; must be quick and must not call back into the refresher except by its
// thread-safe methods.
using OnEvent = std::function<void(const Event& event)>;

}  // namespace larder
