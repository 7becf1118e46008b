#include "support/pseudo_terminal.h"

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace larder::testing {

TerminalRun RunOnTerminal(unsigned short columns, const std::function<int()>& body) {
  winsize size{};
  size.ws_col = columns;
  size.ws_row = 24;
  std::fflush(nullptr);  // or the child would print it again
  int terminal = -1;
  TerminalRun run;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) ::_exit(body());
  if (child < 0) return run;
  // The terminal's end reads as an error once the child has gone.
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(terminal, buffer.data(), buffer.size())) > 0;) {
    run.output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(terminal);
  int status = 0;
  if (::waitpid(child, &status, 0) == child) run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  std::erase(run.output, '\r');
  return run;
}

}  // namespace larder::testing
