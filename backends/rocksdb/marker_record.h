// The store's marker record in this engine.
#pragma once

#include "engine.h"
#include "larder/marker.h"

namespace larder::rocks {

// The marker of an opened database. Where there is none: a new one for an empty database opened read_write, not_found
// for an empty one opened otherwise, invalid_argument for one that holds something (it is not Larder's).
Result<StoreMarker> LoadMarker(Engine& engine, Time now);
Result<void> SaveMarker(Engine& engine, const StoreMarker& marker, bool synced = true);

}  // namespace larder::rocks
