// Ctrl-C and SIGTERM as something to look at.
#pragma once

#include <csignal>

namespace larder::tool {

// One at a time. While it lives, the first SIGINT or SIGTERM is noted; a second one ends the process as usual.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  bool requested() const;

 private:
  struct sigaction old_int_ = {};
  struct sigaction old_term_ = {};
};

}  // namespace larder::tool
