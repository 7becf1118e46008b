// The options of one command, bound to the command's members. Everything that parses is behind this: no command sees
// the library that does it.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "described.h"

namespace larder::tool {

class CommandLine;

// `names` are as people write them, with commas: "-q,--quiet". What an option is bound to must outlive the parsing; its
// value at this time is the default, and is shown in the help of numbers and choices. Of an option that is given twice
// the last one counts, but for Values. The texts are the help, the man page and the completion of the command.
class Options {
 public:
  struct Impl;
  explicit Options(std::unique_ptr<Impl> impl);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  void Flag(std::string names, bool& into, std::string help);
  void Count(std::string names, int& into, std::string help);  // how often a flag is given
  void Value(std::string names, std::string& into, std::string type_name, std::string help);
  // May be repeated; takes one value each time.
  void Values(std::string names, std::vector<std::string>& into, std::string type_name, std::string help);
  void Number(std::string names, std::optional<std::size_t>& into, std::string type_name, std::string help);
  void Whole(std::string names, int& into, int least, int most, std::string help);
  void Real(std::string names, double& into, std::string type_name, std::string help);  // over 0
  // 90s, 10m, 2h, 7d.
  void Span(std::string names, std::optional<std::chrono::milliseconds>& into, std::string help);
  void Choice(std::string names, std::string& into, std::vector<std::string> choices, std::string help);
  void Choices(std::string names, std::vector<std::string>& into, std::vector<std::string> choices, std::string help);

  // What is not an option, in the order of these calls.
  void Argument(std::string name, std::string& into, std::string type_name, std::string help);
  void OptionalArgument(std::string name, std::string& into, std::string type_name, std::string help);
  // One or more.
  void Arguments(std::string name, std::vector<std::string>& into, std::string type_name, std::string help);
  void OptionalArguments(std::string name, std::vector<std::string>& into, std::string type_name, std::string help);

  // The heading of the options that follow, in the help.
  void Group(std::string title);
  // After the options, in the help.
  void Footer(std::string text);
  // The option (its long name, with dashes) is taken from the environment variable where it is not given.
  void FromEnvironment(const std::string& option, std::string variable);
  // Adds --config FILE. Every option of the command, and those that all commands have, may also stand in that file
  // (`rps = 5`, a list for what may be repeated), and in a variable: LARDER_LIST_INTERVAL is --list-interval, with
  // blanks between the values of what may be repeated. The command line goes before the variable, the variable before
  // the file. One file serves several commands: what only another command with such a file knows is passed over.
  void Settings();

  const DescribedCommand& Described() const;

 private:
  friend class CommandLine;
  std::unique_ptr<Impl> impl_;
};

}  // namespace larder::tool
