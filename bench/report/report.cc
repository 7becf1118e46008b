#include "report/report.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "report/machine.h"
#include "report/page.h"
#include "report/tables.h"
#include "workloads/result.h"

namespace larder::bench {
namespace {

using Json = nlohmann::json;

Result<Json> ReadJson(const std::string& path) {
  std::ifstream file(path);
  Json document = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return Fail(Errc::invalid_argument, path + " holds no results");
  return document;
}

// To a list of the run, or in the place of what is none.
void AddTo(Json& run, const std::string& name, const Json& value) {
  if (run.contains(name) && run[name].is_array() && value.is_array()) {
    run[name].insert(run[name].end(), value.begin(), value.end());
  } else {
    run[name] = value;
  }
}

// Groups of the same number of images are one: some are measured in several parts.
Json MergedGroups(const Json& groups) {
  Json joined = Json::array();
  for (const auto& group : groups) {
    const auto same = std::ranges::find_if(joined, [&](const Json& other) {
      return group.is_object() && other.is_object() && other.value("images", 0.0) == group.value("images", -1.0);
    });
    if (same == joined.end()) {
      joined.push_back(group);
      continue;
    }
    for (const auto& [name, value] : group.items()) {
      if (name != "images") AddTo(*same, name, value);
    }
  }
  return joined;
}

std::string Today() {
  char text[32];
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  std::strftime(text, sizeof text, "%Y-%m-%d", gmtime_r(&now, &utc));
  return text;
}

Result<Json> ReadRun(const Report& report) {
  Json run = Json::object();
  for (const auto& path : report.results) {
    LARDER_ASSIGN_OR_RETURN(const Json part, ReadJson(path));
    for (const auto& [name, value] : part.items()) AddTo(run, name, value);
  }
  if (run.contains("micro") && run["micro"].is_array()) run["micro"] = MergedGroups(run["micro"]);
  if (!run.contains("machine")) {
    run["machine"] = DescribeMachine();
    AddTo(run, "libraries", Json::array({LARDER_BENCH_BUILT_WITH}));
  }
  if (!run.contains("date")) run["date"] = Today();
  if (!report.libraries.empty()) AddTo(run, "libraries", Json(report.libraries));
  if (!report.failures.empty()) AddTo(run, "failures", Json(report.failures));
  return run;
}

Result<void> WriteFile(const std::string& path, const std::string& text) {
  return path.empty() ? Result<void>() : WriteWhole(path, text);
}

}  // namespace

Result<std::string> WriteReport(const Report& report) {
  std::optional<Json> earlier;
  if (!report.compare.empty()) {
    LARDER_ASSIGN_OR_RETURN(earlier, ReadJson(report.compare));
  }
  LARDER_ASSIGN_OR_RETURN(const Json run, ReadRun(report));
  auto tables = TablesOf(run);
  std::string comparison;
  if (earlier.has_value()) {
    tables.push_back(Compare(run, *earlier));
    comparison = ToMarkdown(tables.back());
  }
  LARDER_RETURN_IF_ERROR(WriteFile(report.json, run.dump(1) + "\n"));
  LARDER_RETURN_IF_ERROR(WriteFile(report.html, HtmlOf(run, tables)));
  LARDER_RETURN_IF_ERROR(WriteFile(report.markdown, MarkdownOf(run, tables)));
  return comparison;
}

}  // namespace larder::bench
