// Completion for shells and man pages, made of the texts of the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "described.h"

namespace larder::tool {

// "-q" and "--quiet".
std::vector<std::string> NamesOf(const DescribedOption& option);

// A script for bash to source. It completes commands, options, their choices, URLs of stores and files.
std::string BashCompletion(const DescribedTool& tool);

// A page of section 1 in man's macros; of the tool itself where `command` is "". "" where there is no such command.
std::string ManPage(const DescribedTool& tool, std::string_view command, std::string_view version);

}  // namespace larder::tool
