// The `larder` command: its arguments read, one command run.
#pragma once

#include <string>
#include <vector>

#include "console.h"

namespace larder::tool {

// `arguments` without the program's name.
Exit Run(const std::vector<std::string>& arguments, const Console& console);

}  // namespace larder::tool
