#include "commands.h"

#include <utility>

namespace larder::tool {

std::vector<CommandEntry> AddAll(CLI::App& app) {
  using Add = std::unique_ptr<Command> (*)(CLI::App&);
  static constexpr std::pair<std::string_view, Add> kCommands[] = {
      {"refresh", AddRefresh}, {"get", AddGet}, {"tags", AddTags}, {"list", AddList}, {"copy", AddCopy},
  };
  std::vector<CommandEntry> entries;
  for (const auto& [name, add] : kCommands) {
    CommandEntry entry;
    entry.command = add(app);
    entry.app = app.get_subcommand(std::string(name));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace larder::tool
