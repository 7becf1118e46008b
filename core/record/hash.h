// xxHash, inlined. The one place of core where it is included.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace larder::record {

inline std::uint64_t Hash64(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }
inline std::uint64_t Hash64(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

inline XXH128_hash_t Hash128(std::string_view text) { return XXH3_128bits(text.data(), text.size()); }

}  // namespace larder::record
