// What every command is given, and the list of them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "console.h"
#include "options.h"

namespace larder::tool {

// Options that every command has.
struct Common {
  std::string store;  // URL; "" = DefaultStoreUrl
  bool json = false;
};

// A command: its options are bound to its own members when it is made, and it runs after the command line was read.
class Command {
 public:
  virtual ~Command() = default;
  virtual Exit Run(const Console& console, const Common& common) = 0;
};

std::unique_ptr<Command> MakeRefresh(Options& options);
std::unique_ptr<Command> MakeRun(Options& options);
std::unique_ptr<Command> MakeGet(Options& options);
std::unique_ptr<Command> MakeTags(Options& options);
std::unique_ptr<Command> MakeList(Options& options);
std::unique_ptr<Command> MakeExplain(Options& options);
std::unique_ptr<Command> MakeDue(Options& options);
std::unique_ptr<Command> MakeStats(Options& options);
std::unique_ptr<Command> MakeInspect(Options& options);
std::unique_ptr<Command> MakeDump(Options& options);
std::unique_ptr<Command> MakeCopy(Options& options);
std::unique_ptr<Command> MakeVerify(Options& options);
std::unique_ptr<Command> MakeExport(Options& options);
std::unique_ptr<Command> MakeImport(Options& options);
std::unique_ptr<Command> MakeDiff(Options& options);
std::unique_ptr<Command> MakeForget(Options& options);
std::unique_ptr<Command> MakeCollect(Options& options);
std::unique_ptr<Command> MakeDoctor(Options& options);
std::unique_ptr<Command> MakeCompletion(Options& options);
std::unique_ptr<Command> MakeMan(Options& options);

struct CommandEntry {
  std::string_view name;
  std::string_view group;    // heading in `larder --help`
  std::string_view summary;  // one line
  std::unique_ptr<Command> (*make)(Options& options) = nullptr;
};
// Every command, in the order of the help.
std::span<const CommandEntry> Commands();

}  // namespace larder::tool
