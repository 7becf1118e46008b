// What export and import say of their files.
#pragma once

#include <string_view>

#include "console.h"
#include "larder/error.h"

namespace larder::tool {

// As Report, for a file: whatever is wrong with it, nothing could be done (exit code 3), or the command line is wrong.
Exit ReportFile(const Console& console, const Error& error, std::string_view advice);

}  // namespace larder::tool
