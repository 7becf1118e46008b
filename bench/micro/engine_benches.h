// The work that every engine is measured by. Names are "<engine>/<work>/raw" for the bare engine,
// "<engine>/<work>/store" for Larder's, and ".../cache" for the whole of a read.
#pragma once

#include "micro/engines.h"

namespace larder::bench {

void RegisterReads(Engine& engine);
// REQUIRES: an ordered engine.
void RegisterScans(Engine& engine);
void RegisterWrites(Engine& engine);

}  // namespace larder::bench
