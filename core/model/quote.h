// How a stranger's text is shown inside an error message.
#pragma once

#include <string>
#include <string_view>

namespace larder {

// In double quotes; bytes that do not print are written \xNN, and what is over `limit` bytes is cut with "...".
std::string Quote(std::string_view text, std::size_t limit = 80);

}  // namespace larder
