#pragma once

#include <string_view>

namespace larder::tool {

// As in CMakeLists.txt, which a test compares.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace larder::tool
