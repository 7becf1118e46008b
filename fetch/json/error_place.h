// Where a text stops being JSON. simdjson does not say, so a slower parser is asked once it is known to be wrong.
#pragma once

#include <string>
#include <string_view>

namespace larder::json {

// "at byte 17 of 52", "it is empty", "it ends too early"; never more than a line, and nothing of the text itself.
std::string ErrorPlace(std::string_view text);

}  // namespace larder::json
