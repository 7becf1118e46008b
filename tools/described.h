// What the command line can say, as data: help, man pages and completion are made of the same texts.
#pragma once

#include <string>
#include <vector>

namespace larder::tool {

struct DescribedOption {
  std::string names = {};     // "-q,--quiet"
  std::string value = {};     // what it takes: "URL", "created|name"; "" for a flag
  std::string initial = {};   // its default, where there is one to show
  std::string help = {};      // one sentence
  std::string group = {};     // heading; "" for the command's own
  std::string variable = {};  // of the environment; "" for none
  std::vector<std::string> choices = {};
  bool repeated = false;
};

struct DescribedArgument {
  std::string name = {};
  std::string value = {};  // "REF"
  std::string help = {};
  bool required = true;
  bool repeated = false;
};

struct DescribedCommand {
  std::string name = {};   // "dump"; "larder" for the tool itself
  std::string group = {};  // heading in the list of commands
  std::string summary = {};
  std::vector<DescribedOption> options = {};
  std::vector<DescribedArgument> arguments = {};
  std::string footer = {};
};

struct DescribedTool {
  DescribedCommand tool = {};                   // its options are those that every command has
  std::vector<DescribedCommand> commands = {};  // in the order of the help
};

}  // namespace larder::tool
