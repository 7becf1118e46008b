// Where a command reads and writes: the terminal, a pipe, or a test's strings.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>

#include "larder/time.h"

namespace larder::tool {

// What a command's end means, for scripts. The same for every command (docs/command.md).
enum class Exit : std::uint8_t {
  yes = 0,        // done; the answer is whole
  no = 1,         // answered no, or incomplete; also: some hosts do not answer
  usage = 2,      // the command line is wrong
  no_answer = 3,  // nothing could be answered: the store or the network
};

struct Console {
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool color = false;  // of out
  int columns = 80;    // of out
  Time now{};          // of the command's start: what ages are measured from
  std::map<std::string, std::string, std::less<>> environment;
  bool quiet = false;  // only errors on err
  int verbosity = 0;

  std::string Env(std::string_view name) const;
};

// The process's own: standard streams, terminal sizes, NO_COLOR, environment.
Console ProcessConsole(std::ostream& out, std::ostream& err);

}  // namespace larder::tool
