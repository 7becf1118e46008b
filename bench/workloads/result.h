// What a workload came to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/histogram.h"

namespace larder::bench {

struct WorkloadResult {
  std::string workload;
  std::string subject;  // "lmdb", or "flux" for the baseline
  std::string call;     // what one call is: "image", "repository", "batch", "start"
  std::uint64_t images = 0;
  unsigned threads = 1;
  Histogram latency;               // of calls
  std::uint64_t items = 0;         // images that the calls were about
  std::uint64_t wrong = 0;         // answers that were not what was written
  std::uint64_t missing = 0;       // no answer where there is one
  std::uint64_t memory_bytes = 0;  // of this process, without mapped files
  std::uint64_t disk_bytes = 0;    // of the store: files, or what it holds in memory

  // While calls run: the time between them is spent on checking, not counted.
  double CallsPerSecond() const;
  double ItemsPerSecond() const;
};

std::uint64_t OwnMemoryBytes();

// One line each; the first names the columns.
std::vector<std::string> TableOf(const std::vector<WorkloadResult>& results);
// A JSON array.
std::string JsonOf(const std::vector<WorkloadResult>& results);

}  // namespace larder::bench
