// What a cycle came to, as a host is told.
#pragma once

#include "larder/refresher.h"
#include "refresh/cycle.h"

namespace larder::refresh {

RefreshReport ReportOf(const CycleReport& cycle);
// Of what was not begun, or could not be.
RefreshReport ReportOf(Error error);
// True where readers see something else than before.
bool Changed(const CycleReport& cycle);

}  // namespace larder::refresh
