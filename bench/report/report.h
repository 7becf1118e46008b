// A report: the results of benchmark programs as one run, and the pages of it.
#pragma once

#include <string>
#include <vector>

#include "larder/error.h"

namespace larder::bench {

// Paths of files; "" is not written, or not there.
struct Report {
  std::vector<std::string> results;
  std::string json, html, markdown;
  std::string compare;                 // the run of an earlier report, or its results
  std::vector<std::string> failures;   // parts that failed, and how, in words
  std::vector<std::string> libraries;  // names and versions that the results do not tell
};

// Of a run, one JSON object: the lists of all results together (report/tables.h), date, machine, libraries and
// failures. Answers what to print: the comparison, or "". invalid_argument where a file holds no results, unavailable
// where one cannot be written.
Result<std::string> WriteReport(const Report& report);

}  // namespace larder::bench
