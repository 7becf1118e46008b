// All workloads that are asked for, on one store of one size.
#pragma once

#include <cstdint>
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

// A store of "lmdb", "rocksdb" or "memory" at `path`, with room for so many images and what is copied while writing.
std::string UrlFor(const std::string& engine, const std::filesystem::path& path, std::uint64_t images);

// Hears what is being done.
using Say = std::function<void(const std::string&)>;
// Takes a result as soon as it is there; its error ends the run.
using TakeResult = std::function<Result<void>(const WorkloadResult&)>;

// Fills the store (which must be empty), then reads, then writes, then restarts: each workload in a process of its own,
// which opens the store, or fills one in memory, before it measures. REQUIRES: this process has one thread.
Result<void> RunSession(const SessionOptions& options, const ImageSet& images,
                        const std::vector<WorkloadConfig>& configs, const Say& say, const TakeResult& take);

}  // namespace larder::bench
