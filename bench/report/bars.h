// What Larder promises of its speed, and what a run measured.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "report/table.h"

namespace larder::bench {

// One row for each promise, with the command that prints its figure; "not measured" where the run has none. Reads that
// wait for nothing are judged by the processor's time, which other programs on the machine disturb least.
Table BarsOf(const nlohmann::json& run);

}  // namespace larder::bench
