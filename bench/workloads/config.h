// What is to be run: the checked-in files of bench/workloads/configs, changed by what the command line says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "larder/error.h"

namespace larder::bench {

enum class Work : std::uint8_t {
  read,          // one image a call
  read_refresh,  // the same while one thread writes
  scan,          // one repository a call: its state and every image
  fill,          // an empty store is filled
  refresh,       // records are read, renewed and written back
  restart,       // a writer is killed; a new process opens the store and reads one image
};

struct WorkloadConfig {
  std::string name;         // of the file, without .json
  std::string description;  // one line
  Work work = Work::read;
  bool zipf = false;
  double theta = 0.99;
  unsigned threads = 1;
  double seconds = 3;        // of measuring
  unsigned batch = 512;      // records a write
  double moved = 0.01;       // of the tags that a refresh finds changed
  unsigned repetitions = 5;  // of restart
  std::uint64_t seed = 1;    // of the command line only
};

// Members: description, work ("read", "read_under_refresh", "repository_scan", "cold_fill", "steady_refresh",
// "restart"), distribution ("uniform", "zipf"), theta, threads, seconds, batch, moved, repetitions.
// invalid_argument names the member that is missing, unknown or out of range.
Result<WorkloadConfig> ParseWorkloadConfig(std::string_view name, std::string_view json);
// All of a directory's *.json, by name.
Result<std::vector<WorkloadConfig>> ReadWorkloadConfigs(const std::filesystem::path& directory);

}  // namespace larder::bench
