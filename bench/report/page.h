// A run as a page: for a browser, and for docs/.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "report/table.h"

namespace larder::bench {

// Both say when and where the run was made, with what, how, and which of its parts failed: members date, machine,
// libraries and failures of the run (report/report.h). REQUIRES: the bars are the first of the tables.

// One document, with charts, styles and everything else inside.
std::string HtmlOf(const nlohmann::json& run, const std::vector<Table>& tables);
// Tables only.
std::string MarkdownOf(const nlohmann::json& run, const std::vector<Table>& tables);

}  // namespace larder::bench
