// Files of settings, read whole.
#pragma once

#include <cstddef>
#include <string>

#include "credentials/descriptor.h"
#include "larder/error.h"

namespace larder {

// From where it stands to its end. The message goes on after the file's name: "cannot be read: ...".
Result<std::string> ReadWhole(const Descriptor& file, std::size_t most);

// not_found: there is none of that name. invalid_argument: it is no file. `shown` is how messages name it.
Result<std::string> ReadSmallFile(const std::string& path, const std::string& shown, std::size_t most);

// The same of a file that holds one token, without the blanks and line ends behind it. Whoever names such a file needs
// it: that it is not there is unavailable.
Result<std::string> ReadTokenFile(const std::string& path, const std::string& shown);

}  // namespace larder
