// Reading a schema1 manifest: the image is a JSON text inside its history.
#pragma once

#include "json/json.h"
#include "larder/manifest.h"

namespace larder {

// Fills image_id (the v1 id as it stands; "" where there is none), platform, created and labels of `facts` from the
// newest entry of the history. corruption where that entry is missing or cannot be read.
Result<void> ReadSchema1(const json::Value& document, ManifestFacts& facts);

}  // namespace larder
