// The config of a sample image.
#pragma once

#include <string>
#include <vector>

#include "larder/sample_builder.h"

namespace larder::samples {

// `diff_ids`: digests of the uncompressed layers, as texts.
std::string ConfigOf(const SampleImage& image, const std::vector<std::string>& diff_ids);

// "sha256:..." of the bytes.
Digest Sha256(std::string_view bytes);

}  // namespace larder::samples
