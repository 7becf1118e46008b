// The larder command, run as a process.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temp_dir.h"

namespace larder::testing {

// Its home and its store are in a directory that goes with this.
class LarderCommand {
 public:
  struct Answer {
    int status = -1;     // as it exited, or minus the signal that ended it
    std::string output;  // standard output and error
  };
  Answer Run(const std::vector<std::string>& arguments);
  // Begins, and does not wait.
  Result<Process> Start(const std::vector<std::string>& arguments);

  // Besides what is set for it in any case.
  std::map<std::string, std::string> environment;

  std::filesystem::path home() const { return home_.path(); }
  std::string store() const { return "lmdb:" + (home_ / "store").string(); }

 private:
  TempDir home_;
  int runs_ = 0;
};

}  // namespace larder::testing
