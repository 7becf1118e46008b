#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "app.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto console = larder::tool::ProcessConsole(std::cout, std::cerr);
  const auto exit = larder::tool::Run(arguments, console);
  std::cout.flush();
  return static_cast<int>(exit);
}
