// The charts of a run (see report/tables.h).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace larder::bench {

// SVG documents.
std::vector<std::string> ChartsOf(const nlohmann::json& run);

}  // namespace larder::bench
