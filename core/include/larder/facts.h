// From facts by digest to an image. (Which child of an index is ours: larder/platform_choice.h.)
#pragma once

#include <functional>
#include <string>

#include "larder/api.h"
#include "larder/image_info.h"
#include "larder/manifest.h"
#include "larder/platform.h"

namespace LARDER_API larder {

// The info of a tag (or digest) that points at `digest`, where `image` are the facts of its own manifest and
// `annotated` is what the documents on the way say of the creation. first_seen and last_fetched are the caller's.
ImageInfo MakeInfo(const ImageRef& id, const Digest& digest, const ManifestFacts& image, const Timestamp& annotated);

using FactsByDigest = std::function<Result<ManifestFacts>(const Digest& digest)>;
inline constexpr int kMaxIndexDepth = 4;  // indexes within indexes: twice what was ever seen

// What a tag (or digest) that points at `outer` is: follows indexes through `find`, as fetching would. unsupported with
// the reason for what holds no image for us; find's error (not_found) where the facts of a child that has to be looked
// at are not there. The info's digest is outer's, the platform digest that of the image's own manifest.
Result<ImageInfo> InfoFromFacts(const ImageRef& id, const ManifestFacts& outer, const PlatformPreference& platforms,
                                const FactsByDigest& find);

}  // namespace larder
