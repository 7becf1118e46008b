// The moment at which the tests of the refresh rules stand.
#pragma once

#include "larder/time.h"

namespace larder {

inline constexpr Time kNow{std::chrono::seconds(1'700'000'000)};

}  // namespace larder
