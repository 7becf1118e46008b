// Writing images into a store, as a refresher does.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "images/image_set.h"
#include "larder/store.h"
#include "workloads/measured.h"

namespace larder::bench {

// Every repository's state, tag blocks and images, and the facts by digest of what the tags point at, in batches of
// about `batch` records, and a Flush at the end. Each batch is a call; threads share the repositories between them.
Result<Measured> FillStore(Store& store, const ImageSet& images, std::size_t batch, unsigned threads = 1);

struct Refreshed {
  std::uint64_t wrong = 0;              // records that were not there or not as written
  std::chrono::nanoseconds taken = {};  // without the checking
};

// Reads `images`' records, checks them, renews their deadlines, moves some of them (`moved` of 1) to their next
// version, of which the facts are new too, and writes all back as one batch.
Result<Refreshed> RefreshBatch(Store& store, const ImageSet& set, const std::vector<std::uint64_t>& images,
                               double moved, std::uint64_t seed);

}  // namespace larder::bench
