// Names of repositories and tags, in the style in which official images are named.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "random.h"

namespace larder::samples {

// "library/amber-forge": another one for each number.
std::string RepositoryName(std::size_t number);

// Gives out the tags of one repository, image by image: none twice.
class TagNames {
 public:
  explicit TagNames(Random random) : random_(random), major_(1 + random_.Below(20)), minor_(random_.Below(30)) {}

  // `count` tags for the next image: "1.27.3-alpine3.20", "1.27-alpine3.20", "1-alpine3.20", "alpine3.20", ...
  std::vector<std::string> Next(std::size_t count);

 private:
  void NextVersion();

  Random random_;
  std::set<std::string> given_;
  std::size_t major_, minor_;
  std::size_t patch_ = 0;
  std::size_t variant_ = 0;
};

}  // namespace larder::samples
