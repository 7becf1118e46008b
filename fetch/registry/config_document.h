// Reading the config of an image.
#pragma once

#include <string_view>

#include "json/json.h"
#include "larder/manifest.h"

namespace larder {

// Fills platform, created, label times and labels of `facts` from a config blob. Docker's and OCI's configs are read
// alike. Labels are config.Labels and, only where there are none, those of container_config.
//
// corruption where the bytes are no config: not JSON, not an object with any member of a config, or a `created` that is
// no time. `facts` is then as it was: there is no half-read image.
Result<void> ReadConfig(std::string_view bytes, ManifestFacts& facts);

// The same of what is parsed already: a config, or the v1 image inside a schema1 manifest.
Result<void> ReadConfigObject(const json::Value& config, ManifestFacts& facts);

}  // namespace larder
