// What a workload came to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "larder/error.h"
#include "workloads/measured.h"

namespace larder::bench {

struct WorkloadResult : Measured {
  std::string workload;
  std::string subject;  // "lmdb", or "flux" for the baseline
  std::string call;     // what one call is: "image", "repository", "batch", "start"
  std::uint64_t images = 0;
  unsigned threads = 1;

  // While calls run: the time between them is spent on checking, not counted.
  double CallsPerSecond() const;
  double ItemsPerSecond() const;
};

std::uint64_t OwnMemoryBytes();

// A line of a table, and the line above all, which names the columns.
std::string HeadOfTable();
std::string LineOf(const WorkloadResult& result);
// The file is there as a whole, or as it was.
Result<void> WriteWhole(const std::filesystem::path& path, const std::string& text);
// A JSON array.
std::string JsonOf(const std::vector<WorkloadResult>& results);

}  // namespace larder::bench
