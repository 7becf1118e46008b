// The totals of all servers, from `stats`.
#pragma once

#include "directory.h"
#include "larder/store.h"

namespace larder::memcached {

// Of everything that the servers hold, whoever put it there; evictions since each server's start. engine has a row for
// each server. unavailable where none answers.
Result<StoreStats> StatsOf(const Topology& topology);

}  // namespace larder::memcached
