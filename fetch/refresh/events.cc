#include "larder/events.h"

namespace larder {

std::string_view EventKindName(EventKind kind) {
  switch (kind) {
    case EventKind::repository_listed:
      return "repository_listed";
    case EventKind::tag_added:
      return "tag_added";
    case EventKind::tag_moved:
      return "tag_moved";
    case EventKind::tag_removed:
      return "tag_removed";
    case EventKind::tag_excluded:
      return "tag_excluded";
    case EventKind::repository_failed:
      return "repository_failed";
    case EventKind::repository_recovered:
      return "repository_recovered";
  }
  return "unknown";
}

}  // namespace larder
