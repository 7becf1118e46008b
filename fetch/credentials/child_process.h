// Runs a program without a shell: bounded in time and output, and gone with all of its children when it is stopped.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "credentials/environment.h"
#include "larder/error.h"
#include "larder/time.h"

namespace larder {

struct ChildRequest {
  std::string path;                    // of the program
  std::vector<std::string> arguments;  // its name first
  std::string input;                   // at most 4 KiB; then its standard input ends
  Duration timeout = std::chrono::seconds(10);
  std::size_t max_output = 64 << 10;
};

struct ChildOutcome {
  enum class End : std::uint8_t { exited, timed_out, too_much, cancelled };
  End end = End::exited;
  int status =
      0;  // of the exit; 128 + the signal; -1 where somebody else has taken it (a host that reaps all children)
  std::string output;  // standard output; standard error goes nowhere
};

// Waits for it. In a process group of its own, which is killed unless it exits by itself. unavailable: it cannot be
// started.
Result<ChildOutcome> RunChild(const ChildRequest& request, const Environment& environment, std::stop_token stop);

// The first executable of that name in the absolute folders of `path`; "" for none.
std::string FindInPath(std::string_view name, std::string_view path);

}  // namespace larder
