// What every command is given, and the list of them.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console.h"

namespace larder::tool {

// Options that every command has.
struct Common {
  std::string store;  // URL; "" = DefaultStoreUrl
  bool json = false;
};

// A command: its options are bound to its own members when it is added, and it runs after the command line was read.
class Command {
 public:
  virtual ~Command() = default;
  virtual Exit Run(const Console& console, const Common& common) = 0;
};

// Adds a subcommand with its help to `app`; the Command owns what its options are bound to.
std::unique_ptr<Command> AddRefresh(CLI::App& app);
std::unique_ptr<Command> AddGet(CLI::App& app);
std::unique_ptr<Command> AddTags(CLI::App& app);
std::unique_ptr<Command> AddList(CLI::App& app);
std::unique_ptr<Command> AddCopy(CLI::App& app);

struct CommandEntry {
  CLI::App* app = nullptr;
  std::unique_ptr<Command> command;
};
// Every command, in the order of the help.
std::vector<CommandEntry> AddAll(CLI::App& app);

}  // namespace larder::tool
