// Every store that is asked for at every size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "workloads/session.h"

namespace larder::bench {

struct Plan {
  std::vector<WorkloadConfig> configs;
  std::vector<std::uint64_t> sizes;  // of made-up images; one that a list of tags decides where there is `tags`
  std::vector<std::string> stores;   // as SessionOptions::store
  std::string flux, tags;            // the baseline runs once a size; tags: a file (images/tag_list.h)
  std::uint64_t seed = 1;
  std::filesystem::path directory;  // of stores without a place of their own, which are removed again
};

Result<ImageSet> ImagesOf(const std::string& tags, std::uint64_t count, std::uint64_t seed);

// A store at a path that the plan names gets, where there are several sizes, a subdirectory for each: images-10000.
// Results are given out as they come: those before an error stay.
Result<void> RunPlan(const Plan& plan, const Say& say, const TakeResult& take);

// {"workloads": [...]} in a file, which is whole after each result.
class ResultsFile {
 public:
  // "" for none: then results are only kept.
  explicit ResultsFile(std::filesystem::path path) : path_(std::move(path)) {}
  Result<void> Add(const WorkloadResult& result);
  const std::vector<WorkloadResult>& all() const { return results_; }

 private:
  std::filesystem::path path_;
  std::vector<WorkloadResult> results_;
};

}  // namespace larder::bench
