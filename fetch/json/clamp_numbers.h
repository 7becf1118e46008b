// Numbers that simdjson refuses although JSON allows them: 1e1000, 123456789012345678901234567890.
#pragma once

#include <string>
#include <string_view>

namespace larder::json {

// `text` with each such number replaced: one above every double by the largest double of its sign, one too small for
// any by 0.0, an integer wider than 64 bits by the same as a fraction. Anything else, valid or not, stays as it is.
std::string ClampNumbers(std::string_view text);

}  // namespace larder::json
