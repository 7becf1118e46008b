// The tables of a run. A run is one JSON object with any of these lists, as the benchmark programs write them: micro
// (larder_micro, one element a number of images), workloads and growth (larder-bench).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "report/table.h"

namespace larder::bench {

std::vector<Table> TablesOf(const nlohmann::json& run);

// What both runs measured: times of the run over those of the earlier one, with the noise of both where it is known. A
// ratio within the noise says nothing.
Table Compare(const nlohmann::json& run, const nlohmann::json& earlier);

}  // namespace larder::bench
