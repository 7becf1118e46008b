// All that `verify` finds in a store, read in a child process.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "larder/error.h"
#include "larder/key.h"
#include "larder/verify_store.h"

namespace larder::tool {

struct StoreCheck {
  VerifyReport report;
  struct Broken {
    Key key;
    std::string what;
  };
  std::vector<Broken> broken;
  std::uint64_t faults = 0;         // below the records
  std::vector<std::string> places;  // the first of them
  bool crashed = false;             // the engine went down with the file; faults is at least 1 then
  bool whole() const { return broken.empty() && faults == 0; }
};

// Errors: those of opening `url` for reading.
Result<StoreCheck> CheckInChild(const std::string& url, Time now,
                                const std::function<void(std::uint64_t records)>& progress);

}  // namespace larder::tool
