// How costs grow with the number of images, on LMDB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "larder/error.h"

namespace larder::bench {

struct GrowthPoint {
  std::uint64_t images = 0;
  double read_ns = 0;  // median of Image(), any image equally often
  double read_p99_ns = 0;
  double scan_ns = 0;           // an image, of a repository's visit, verified
  double schedule_idle_ns = 0;  // one look at a schedule in which nothing is due
  double schedule_bytes = 0;    // a tag
  double start_ms = 0;          // first Image() of a process after the writer was killed, page cache warm
  double memory_bytes = 0;      // of this process after reading, without mapped files
  double disk_bytes = 0;        // an image
};

// Fills a store of that size in `directory`, measures, and removes it.
Result<GrowthPoint> MeasureGrowth(std::uint64_t images, std::uint64_t seed, const std::filesystem::path& directory);

std::vector<std::string> TableOf(const std::vector<GrowthPoint>& points);
std::string JsonOf(const std::vector<GrowthPoint>& points);  // an array

}  // namespace larder::bench
