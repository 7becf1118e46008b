// Third-party headers stay behind one folder each.
#pragma once

#include <string_view>

#include "layout/tree.h"

namespace larder::layout {

// Whether the name of a header is one of a library that Larder uses.
bool IsThirdParty(std::string_view header);

// Third-party headers outside their folders or in public headers, and headers in brackets that nobody knows.
Problems StrayThirdParty(const Tree& tree);

}  // namespace larder::layout
