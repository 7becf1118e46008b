#include "console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>

namespace larder::tool {
namespace {

constexpr int kFewestColumns = 40;

int Columns(const std::string& said) {
  int columns = 0;
  std::from_chars(said.data(), said.data() + said.size(), columns);
  winsize size{};
  if (columns == 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  return columns == 0 ? 80 : std::max(columns, kFewestColumns);
}

}  // namespace

std::string Console::Env(std::string_view name) const {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

Console ProcessConsole(std::ostream& out, std::ostream& err) {
  Console console;
  console.out = &out;
  console.err = &err;
  console.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  console.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  console.now = Now();
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      console.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  console.color = console.out_is_terminal && console.Env("NO_COLOR").empty() && console.Env("TERM") != "dumb";
  console.columns = Columns(console.Env("COLUMNS"));
  return console;
}

}  // namespace larder::tool
