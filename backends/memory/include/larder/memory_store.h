// A Store in this process's memory: ordered, with snapshots, bounded; gone when it is closed.
#pragma once

#include <cstdint>
#include <memory>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/store.h"

namespace LARDER_API larder {

struct MemoryOptions {
  // Bytes that records and their bookkeeping (about 200 bytes a record) may take, at least 64 KiB. Before a batch that
  // would exceed it, room is made in the order of EvictionPoint (larder/collect.h): what is expired, then images and
  // manifests, what expires first first. A batch larger than the bound exceeds it until the next. Records that only a
  // Reader still sees are not counted.
  std::uint64_t max_bytes = std::uint64_t{256} << 20;
};

// Every Reader is a snapshot that neither blocks a writer nor is blocked; it may outlive the Store, and costs the
// memory of what changed since. A write copies the blocks of records that it touches and the table of blocks: about 40
// us for a single record among a million, so write in batches. Errors: invalid_argument for a bound under 64 KiB.
Result<std::unique_ptr<Store>> OpenMemoryStore(const MemoryOptions& options = {});

}  // namespace larder
