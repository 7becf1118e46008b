// What two stores know differently, tag by tag.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "larder/error.h"
#include "larder/store.h"

namespace larder::tool {

struct Difference {
  std::string name;  // repository, canonical
  std::string tag;   // "" for the repository itself
  std::string what;  // "only in A", "only in B", or the member that differs: "digest", "status", ...
  std::string a, b;  // its values
};

struct DiffReport {
  std::uint64_t compared = 0;           // tags that both know
  std::uint64_t broken = 0;             // records left out, of either
  std::vector<Difference> differences;  // by name and tag
};

// Live records of tags, and of repositories, of both; when they were checked and when they will be is no difference. In
// memory: the differences, no more. `progress` is called with the records read; stop ends it with cancelled.
Result<DiffReport> DiffStores(Store& a, Store& b, Time now, const std::function<ScanAction(std::uint64_t)>& progress);

}  // namespace larder::tool
