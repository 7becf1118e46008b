// The work that every engine is measured by. Names are "<engine>/<work>/raw" for the bare engine,
// "<engine>/<work>/store" for Larder's, and ".../cache" for the whole of a read; ".../outside" is the part of Larder's
// that is not spent in the engine's own library.
#pragma once

#include "micro/engines.h"

namespace larder::bench {

void RegisterReads(Engine& engine);
// And of an ordered engine what goes through it in the order of keys.
void RegisterScans(Engine& engine);
void RegisterWrites(Engine& engine);
// Of memcached, where this program is linked for it (LARDER_BENCH_OUTSIDE).
void RegisterOutside(Engine& engine);

// The counter with what the reports take for the time of ".../outside": ns of a get, or of a key of many.
inline constexpr const char* kOutsideNs = "outside_ns";

}  // namespace larder::bench
