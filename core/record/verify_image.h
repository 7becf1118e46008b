// The structure of an image's payload, checked on every read: FlatBuffers' own verifier asks for every field that the
// schema has, this one looks at those that are there. What it accepts, the other accepts too. Private to core/record.
#pragma once

#include <cstddef>
#include <span>

namespace larder::record {

// Says nothing of what lies in the fields. REQUIRES: 8-byte aligned.
bool IsWellFormedImage(std::span<const std::byte> payload);

}  // namespace larder::record
