// Every source is built, every test is run.
#pragma once

#include "layout/tree.h"

namespace larder::layout {

// A .cc (tests among them) that no CMakeLists.txt of its folder or one above names, and a CMakeLists.txt that none
// above adds.
Problems Unbuilt(const Tree& tree);

}  // namespace larder::layout
