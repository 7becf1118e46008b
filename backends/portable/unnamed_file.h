// A file that nobody else finds, gone when it is closed.
#pragma once

#include <filesystem>
#include <string_view>

#include "larder/error.h"

namespace larder::portable {

// Its descriptor, close-on-exec; the caller closes it.
Result<int> UnnamedFile(const std::filesystem::path& directory, std::string_view purpose);
// $TMPDIR, or /tmp.
std::filesystem::path TemporaryDirectory();

}  // namespace larder::portable
