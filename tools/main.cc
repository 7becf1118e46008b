#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "app.h"
#include "output.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  larder::tool::OutputBuffer buffer(STDOUT_FILENO);
  std::ostream out(&buffer);
  const auto console = larder::tool::ProcessConsole(out, std::cerr);
  const auto exit = larder::tool::Run(arguments, console);
  out.flush();
  return static_cast<int>(larder::tool::AfterOutput(exit, buffer.error(), std::cerr));
}
