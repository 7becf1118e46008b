// Which part of the house may know which (docs/design.md, "The house").
#pragma once

#include "layout/tree.h"

namespace larder::layout {

// Includes that point against the arrows, and those in quotes that lead nowhere.
Problems WrongArrows(const Tree& tree);

}  // namespace larder::layout
