// Names that two files of one target keep for themselves: either the same thing twice, or an obstacle to compiling the
// files together, as a cold build does (cmake/LarderCold.cmake).
#pragma once

#include "layout/tree.h"

namespace larder::layout {

// Looks at what unnamed namespaces define. Functions that differ in their parameters are not the same, nor are aliases.
Problems SharedNames(const Tree& tree);

}  // namespace larder::layout
