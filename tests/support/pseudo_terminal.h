// Runs something as a person would see it: on a terminal of a given size, in a process of its own.
#pragma once

#include <functional>
#include <string>

namespace larder::testing {

struct TerminalRun {
  int status = -1;     // as it exited, or minus the signal that ended it
  std::string output;  // everything that the terminal was sent, with "\n" for the terminal's "\r\n"
};

// Forks; the child has a new pseudo-terminal of `columns` as its standard input, output and error and runs `body`,
// whose result is its exit status. Call it from a test with no other threads.
TerminalRun RunOnTerminal(unsigned short columns, const std::function<int()>& body);

}  // namespace larder::testing
