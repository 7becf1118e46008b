// Facts by digest in the store.
#pragma once

#include <span>
#include <vector>

#include "larder/key.h"
#include "larder/manifest.h"

namespace larder {

// Facts are immutable; what expires is that nobody uses them: renewed when used (docs/refreshing).
inline constexpr std::chrono::hours kManifestRetention{30 * 24};

Result<std::vector<std::byte>> BuildManifestRecord(const ManifestFacts& facts, Time expiry);
// corruption, unsupported (another interpreter version, newer format), or the facts. The digest in the record must be
// `digest`.
Result<ManifestFacts> ReadManifestRecord(const Digest& digest, std::span<const std::byte> record);
// For tools: the facts of whatever manifest record this is.
Result<ManifestFacts> ReadManifestRecord(const Key& key, std::span<const std::byte> record);

}  // namespace larder
