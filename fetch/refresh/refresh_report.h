// What a cycle came to, as a host is told.
#pragma once

#include "larder/refresher.h"
#include "refresh/cycle.h"

namespace larder::refresh {

RefreshReport ReportOf(const CycleReport& cycle);
// Of what was not begun, or could not be.
RefreshReport ReportOf(Error error);
// Adds what another pass asked and found.
void AddCounts(const RefreshReport& from, RefreshReport& to);
// True where readers see something else than before.
bool Changed(const CycleReport& cycle);
// True where a host, a limit, a credential or the store kept it from what was due. (A repository or a tag that is not
// there is an answer.)
bool IsUnmet(const CycleReport& cycle);

}  // namespace larder::refresh
