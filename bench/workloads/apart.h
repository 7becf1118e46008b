// One measurement in a process of its own: memory that others took before does not count.
#pragma once

#include <functional>

#include "larder/error.h"
#include "workloads/measured.h"

namespace larder::bench {

// Runs `work` in a forked child and answers what it answers; memory_bytes becomes what it took above what this process
// had. unavailable where the child ends by itself. REQUIRES: this process has one thread and no store open.
Result<Measured> RunApart(const std::function<Result<Measured>()>& work);

}  // namespace larder::bench
