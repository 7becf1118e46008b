// What is measured once, at the end, for it changes the stores.
#pragma once

#include "micro/engines.h"

namespace larder::bench {

// Of every engine: writes as many images again as there are, at random, and notes the size and how large it was at
// most; writes under a held Reader (engines with snapshots on disk); copies the store, in the order of its keys where
// it has one, and notes that size; collects it with half of the images expired (engines that do not drop by
// themselves).
void Age(Engines& engines);

}  // namespace larder::bench
