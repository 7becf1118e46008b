// All workloads that are asked for, on one store of one size.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "images/image_set.h"
#include "workloads/config.h"
#include "workloads/result.h"

namespace larder::bench {

struct SessionOptions {
  std::string store;  // a URL; "lmdb", "rocksdb" and "memory" alone mean one in `directory`, large enough
  std::string flux;   // memcached's host:port for the baseline; "" for none
  std::filesystem::path directory;
};

// Fills the store (which must be empty), then reads, then writes, then restarts. Results in that order. `say` hears
// what is being done.
Result<std::vector<WorkloadResult>> RunSession(const SessionOptions& options, const ImageSet& images,
                                               const std::vector<WorkloadConfig>& configs,
                                               const std::function<void(const std::string&)>& say);

}  // namespace larder::bench
