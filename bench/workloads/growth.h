// How costs grow with the number of images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "larder/error.h"
#include "workloads/config.h"

namespace larder::bench {

// A time, how far its repetitions lie apart (spread.h), and the memory that its process took, without mapped files.
struct GrowthFigure {
  double ns = 0, spread = 0, memory_bytes = 0;
};

struct GrowthPoint {
  std::string store;  // "lmdb", "rocksdb"
  std::uint64_t images = 0;
  GrowthFigure read;  // Image(), any image equally often: median
  double read_p99_ns = 0;
  GrowthFigure scan;      // of a repository's visit, verified: an image
  GrowthFigure schedule;  // one look at a schedule in which nothing is due; memory: the schedule
  GrowthFigure start;     // first Image() of a process after the writer was killed, page cache warm
  double disk_bytes = 0;  // an image, with everything that belongs to it
};

// Fills a store of that size in `directory`, measures each figure in a process of its own, and removes the store. Of
// `config` count seed, seconds, batch and repetitions. REQUIRES: this process has one thread.
Result<GrowthPoint> MeasureGrowth(const std::string& store, std::uint64_t images, const WorkloadConfig& config,
                                  const std::filesystem::path& directory);

std::string HeadOfGrowth();
std::string LineOf(const GrowthPoint& point);
std::string JsonOf(const std::vector<GrowthPoint>& points);  // an array

}  // namespace larder::bench
