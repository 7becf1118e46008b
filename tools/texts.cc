#include <filesystem>
#include <fstream>
#include <ostream>

#include "app.h"
#include "commands.h"
#include "completion.h"
#include "failure.h"
#include "version.h"

namespace larder::tool {
namespace {

class CompletionCommand final : public Command {
 public:
  explicit CompletionCommand(Options& options) {
    options.Argument("shell", shell_, "SHELL", "bash");
    options.Footer(
        "In this shell:   . <(larder completion bash)\n"
        "In every shell:  larder completion bash > ~/.local/share/bash-completion/completions/larder");
  }
  Exit Run(const Console& console, const Common&) override {
    if (shell_ != "bash") {
      return Report(console, Error{Errc::invalid_argument, "there is no completion for " + shell_},
                    "larder completion bash");
    }
    *console.out << BashCompletion(Described());
    return Exit::yes;
  }

 private:
  std::string shell_;
};

class ManCommand final : public Command {
 public:
  explicit ManCommand(Options& options) {
    options.OptionalArgument("command", command_, "COMMAND", "Whose page; without it, that of larder itself");
    options.Value("--into", directory_, "DIR", "Write the pages of all commands into a directory, as larder-get.1");
    options.Footer("larder man get | man -l -   shows one; installing puts them all where man finds them.");
  }
  Exit Run(const Console& console, const Common&) override {
    if (!directory_.empty()) return WriteAll(console);
    const std::string page = ManPage(Described(), command_, kVersion);
    if (page.empty()) {
      return Report(console, Error{Errc::invalid_argument, "there is no command " + command_},
                    "larder --help shows them");
    }
    *console.out << page;
    return Exit::yes;
  }

 private:
  Exit WriteAll(const Console& console) const {
    const DescribedTool tool = Described();
    std::error_code ignored;
    std::filesystem::create_directories(directory_, ignored);
    std::vector<std::string> names = {""};
    for (const auto& command : tool.commands) {
      if (!command.group.empty()) names.push_back(command.name);
    }
    for (const auto& name : names) {
      const std::string path = directory_ + "/larder" + (name.empty() ? "" : "-" + name) + ".1";
      std::ofstream file(path);
      file << ManPage(tool, name, kVersion) << std::flush;
      if (!file.good()) return Report(console, Error{Errc::unavailable, path + " cannot be written"});
    }
    return Exit::yes;
  }

  std::string command_, directory_;
};

}  // namespace

std::unique_ptr<Command> MakeCompletion(Options& options) { return std::make_unique<CompletionCommand>(options); }
std::unique_ptr<Command> MakeMan(Options& options) { return std::make_unique<ManCommand>(options); }

}  // namespace larder::tool
