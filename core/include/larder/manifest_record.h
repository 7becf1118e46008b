// Facts by digest in the store.
#pragma once

#include <span>
#include <vector>

#include "larder/api.h"
#include "larder/key.h"
#include "larder/manifest.h"

namespace LARDER_API larder {

// Facts are immutable; what expires is that nobody uses them: renewed when used (docs/refreshing.md).
inline constexpr std::chrono::hours kManifestRetention{30 * 24};

// The record's bytes under Key::Manifest(facts.digest). Children over kMaxChildren and labels over kMaxLabelBytes are
// dropped, and marked so. invalid_argument where there is no digest.
Result<std::vector<std::byte>> BuildManifestRecord(const ManifestFacts& facts, Time expiry);
// corruption, unsupported (another interpreter version, newer format), or the facts. The digest in the record must be
// `digest`.
Result<ManifestFacts> ReadManifestRecord(const Digest& digest, std::span<const std::byte> record);
// For tools: the facts of whatever manifest record this is.
Result<ManifestFacts> ReadManifestRecord(const Key& key, std::span<const std::byte> record);

}  // namespace larder
