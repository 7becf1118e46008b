// An image's record as JSON: Flux's members, then ours.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "larder/image_view.h"

namespace larder::tool {

using Json = nlohmann::ordered_json;

// Flux's entry (ID, Digest, ..., or ExcludedReason) and Status, PlatformDigest, Platform, Annotation, FirstSeen,
// NextCheck, Interval (seconds), Failures, LastError, AllLabels where there is something to say.
Json ImageJson(const ImageRecord& record);

// Two spaces of indentation, invalid UTF-8 replaced, a newline at the end.
std::string Pretty(const Json& json);

}  // namespace larder::tool
