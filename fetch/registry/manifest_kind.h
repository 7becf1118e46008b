// Which kind of document it is, by what was said of it, what it says itself and how it looks.
#pragma once

#include <string_view>

#include "json/json.h"
#include "larder/manifest.h"

namespace larder {

// See ReadManifest for the rules and errors.
Result<ManifestKind> DetectKind(std::string_view content_type, const json::Value& document);

}  // namespace larder
