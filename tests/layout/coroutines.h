// What g++ 12 compiles wrongly in coroutines (see fetch/http/task.h).
#pragma once

#include "layout/tree.h"

namespace larder::layout {

// co_await in one expression with a braced list, a ?: or a capturing lambda, or inside the early-return macros; and
// capturing lambdas that are coroutines themselves.
Problems RiskyCoroutines(const Tree& tree);

}  // namespace larder::layout
