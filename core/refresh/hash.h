// A hash for spreading things out: not stored, and no secret.
#pragma once

#include <cstdint>
#include <string_view>

#include "larder/time.h"

namespace larder {

std::uint64_t HashOf(std::string_view subject, Time now);

}  // namespace larder
