// The `larder` command: its arguments read, one command run.
#pragma once

#include <string>
#include <vector>

#include "console.h"
#include "described.h"

namespace larder::tool {

// `arguments` without the program's name.
Exit Run(const std::vector<std::string>& arguments, const Console& console);

// The texts of the whole command line: what help, man pages and completion are made of.
DescribedTool Described();

}  // namespace larder::tool
