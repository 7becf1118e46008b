// Through a shell: what a process itself does with its output.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/process.h"
#include "support/temp_dir.h"

namespace larder::tool {

struct ShellRun {
  int status = -1;     // as it exited, or minus the signal that ended it
  std::string output;  // standard output and error
};

inline ShellRun Shell(const std::string& line) {
  const testing::TempDir dir;
  testing::Process::Options options;
  options.command = {"/bin/sh", "-c", line};
  options.output = dir / "output";
  auto process = testing::Process::Start(options);
  if (!process.has_value()) return {-1, process.error().ToString()};
  EXPECT_TRUE(process->WaitForEnd(testing::kStartPatience)) << line;
  return {process->status().value_or(-1), process->ReadOutput()};
}

}  // namespace larder::tool
