// Writing images into a store, as a refresher does.
#pragma once

#include <cstdint>

#include "images/image_set.h"
#include "larder/store.h"
#include "workloads/histogram.h"

namespace larder::bench {

// Every repository's state, tag blocks and images, in batches of about `batch` records, and a Flush at the end. Each
// batch is recorded in `latency`.
Result<void> FillStore(Store& store, const ImageSet& images, std::size_t batch, Histogram& latency);

// Reads `images`' records, renews their deadlines, moves some of them (`moved` of 1) to their next version, and writes
// them back as one batch. Answers how many records were not there or not as written.
Result<std::uint64_t> RefreshBatch(Store& store, const ImageSet& set, const std::vector<std::uint64_t>& images,
                                   double moved, std::uint64_t seed);

}  // namespace larder::bench
