// One pass over a store that counts what is in it: what `larder stats` tells.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "any_record.h"
#include "histogram.h"
#include "larder/store.h"

namespace larder::tool {

struct Survey {
  struct Sum {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    void Add(std::uint64_t size) {
      ++records;
      bytes += size;
    }
  };
  struct OfRepository {
    std::string name;  // "" where only records of tags are there, no state
    std::uint32_t tags = 0;
    Sum images;
    std::uint64_t bytes = 0;  // of all its records
  };

  std::array<Sum, kRecordKinds> kinds;
  std::array<std::uint64_t, 6> statuses{};  // of images, by EntryStatus
  std::vector<OfRepository> repositories;   // the largest first
  std::uint64_t broken = 0;
  std::uint64_t expired = 0;
  std::uint64_t unlisted = 0;  // images that the listing lacks
  Histogram created = AgeHistogram();
  Histogram checked = AgeHistogram();
  Histogram deadlines = DeadlineHistogram();  // of images and repositories

  Sum total() const;
};

// `go_on` is asked now and then, and ends it early; memory is that of the names of repositories.
Result<Survey> TakeSurvey(Store& store, Time now, const std::function<bool(std::uint64_t records)>& go_on);

}  // namespace larder::tool
