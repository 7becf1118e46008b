// Reading one page of a tag list.
#pragma once

#include <string_view>

#include "larder/client.h"

namespace larder {

// The valid tags of a tags/list answer, in its order; what else stands among them (null, numbers, digests, tags that no
// specification allows) is counted as skipped, never an error. "tags": null is an empty list.
// corruption where the body is no such answer: not JSON, a list, an error, an object without `tags`.
Result<TagPage> ReadTagList(std::string_view bytes);

}  // namespace larder
