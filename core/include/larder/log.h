// How the library reports: through a callback that the host gives. The library itself prints nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "larder/api.h"

namespace LARDER_API larder {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

// Called from any of Larder's threads, possibly at once; must be thread-safe, must not throw, and must not call back
// into the object that logs. The text is valid during the call only and never holds a secret.
using Log = std::function<void(LogLevel level, std::string_view message)>;

}  // namespace larder
