// Images made by rules from a number: the same on every machine.
//
// Labels, as images of large public repositories have them: 3 of 10 have none (a record of some 300 bytes), 5 have five
// OCI labels (480), 2 have ten (720).
#pragma once

#include <cstdint>

#include "larder/image_record.h"

namespace larder::bench {

inline constexpr Time kNow{std::chrono::seconds(1'704'067'200)};

Digest DigestOf(std::uint64_t number);

// The digest of image `number` when it was last moved for the `version`th time.
Digest DigestOf(std::uint64_t number, std::uint32_t version);

// The record of `ref`. `version` is told by created_at too (VersionOf), so that a reader can check what it got against
// what was written, whichever write it sees.
ImageRecord MadeRecord(ImageRef ref, std::uint64_t number, std::uint32_t version = 0);
std::uint32_t VersionOf(const Timestamp& created, std::uint64_t number);

}  // namespace larder::bench
