// The platform that a document states.
#pragma once

#include "json/json.h"
#include "larder/platform.h"

namespace larder {

// From the members os, architecture and variant of `object`, in lower case. A part that no platform may hold (over 32
// characters, or other than letters, digits and . _ -) is left out.
Platform PlatformOf(const json::Value& object);

}  // namespace larder
