// Walks over records in key order for whoever writes: eviction, collection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "larder/error.h"
#include "larder/key.h"
#include "larder/store.h"

#include "environment.h"

namespace larder::lmdb {

// From `begin` on, without the marker, until `visit` says stop. Answers the key at which it stopped; nothing at the
// end. REQUIRES: Environment::write_mutex is held.
Result<std::optional<Key>> SweepRecords(Environment& environment, const Key& begin,
                                        const std::function<ScanAction(const Key&, std::span<const std::byte>)>& visit);

// What of a record the visitor reads.
enum class SweepDepth : std::uint8_t { headers, whole };

// The same within a transaction, for a range; the marker is not visited.
Result<std::optional<Key>> SweepRange(const Environment& environment, const ReadTxn& txn, const KeyRange& range,
                                      SweepDepth depth,
                                      const std::function<ScanAction(const Key&, std::span<const std::byte>)>& visit);

}  // namespace larder::lmdb
