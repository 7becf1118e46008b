// The marker record: whether a directory is a store of Larder, and of which format.
#pragma once

#include <optional>

#include "larder/error.h"
#include "larder/marker.h"

#include "environment.h"

namespace larder::lmdb {

// Nothing for an empty environment. unsupported for a store of a newer release; invalid_argument for an environment
// that holds something else; corruption for a marker that is damaged or lost.
Result<std::optional<StoreMarker>> LoadMarker(Environment& environment);

// REQUIRES: Environment::write_mutex is held.
Result<void> SaveMarker(Environment& environment, const StoreMarker& marker);

}  // namespace larder::lmdb
