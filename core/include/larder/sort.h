// The two orders in which people look at tags. Both are strict weak orders with the text of the id as the last
// tie-break.
#pragma once

#include <span>
#include <string_view>

#include "larder/api.h"
#include "larder/image_info.h"

namespace LARDER_API larder {

// Newer first by the created time; an image without one comes after those with one.
bool NewerByCreated(const ImageInfo& a, const ImageInfo& b);

// Higher first by semantic version ("v" prefix, leading zeros, and missing minor or patch allowed, as Flux's library
// does; prereleases by precedence; build metadata ignored). Versions of one rank by reverse text: 1.10.0 before 1.10.
// What is not semver comes last, by reverse text (Flux: by text; here a tag that ends in a date is newer first too).
bool NewerBySemver(const ImageInfo& a, const ImageInfo& b);

// The same rule for bare tags: <0 where a is newer, 0 only for equal texts, >0 where b is newer.
int CompareSemver(std::string_view a, std::string_view b);

using NewerFn = bool (*)(const ImageInfo&, const ImageInfo&);
// In place; by NewerByCreated where `newer` is null. REQUIRES: `newer` is a strict weak order.
void Sort(std::span<ImageInfo> images, NewerFn newer);

}  // namespace larder
