// Reads the command line: the one place, with options.h, behind which the library for that stays.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console.h"
#include "options.h"

namespace larder::tool {

class CommandLine {
 public:
  // `name` and `summary` of the program, `footer` of its help, `version` is what --version prints.
  CommandLine(const std::string& name, const std::string& summary, const std::string& footer,
              const std::string& version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // Those of every command.
  Options& common();
  // Adds a command, and gives its options to be filled. They live as long as this.
  Options& Add(const std::string& name, const std::string& group, const std::string& summary);

  struct Outcome {
    std::optional<Exit> exit;  // help or version was printed, or what is wrong
    std::size_t command = 0;   // else: which command to run, by the order of Add
  };
  Outcome Parse(const std::vector<std::string>& arguments, const Console& console);

  DescribedTool Described() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace larder::tool
