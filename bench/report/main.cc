// larder-bench-report: the results of benchmark programs as one run, an HTML page and a page of docs.
//
//   larder-bench-report [--json OUT] [--html OUT] [--markdown OUT] [--compare EARLIER] RESULTS.json...
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "report/charts.h"
#include "report/machine.h"
#include "report/obstacles.h"
#include "report/tables.h"

namespace larder::bench {
namespace {

using Json = nlohmann::json;

constexpr const char* kMethod =
    "Everything is measured in one run on one machine, so trust ratios before figures. Larder and the bare engine do "
    "the same work on copies of the same records in the same process, and take turns; medians are compared. Stores lie "
    "on a local disk, pages are warm, batches are synced. Workloads and growth warm up before they count, over made-up "
    "images in the shape of Docker's official ones: 9,849 tags in 137 repositories, so often as it takes, on 2,220 "
    "images for 1 to 12 platforms.";

constexpr const char* kObstaclesTitle = "What stands in the way";
constexpr const char* kObstaclesNote = "Of bars that this run did not meet; profiled apart from it.";

struct Arguments {
  std::string json, html, markdown, compare;
  std::vector<std::string> results;
};

std::optional<Json> ReadJson(const std::string& path) {
  std::ifstream file(path);
  Json document = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (document.is_object()) return document;
  std::fprintf(stderr, "larder-bench-report: %s holds no results\n", path.c_str());
  return std::nullopt;
}

// Members of the later files are added to lists of the earlier ones.
std::optional<Json> ReadRun(const std::vector<std::string>& paths) {
  Json run = Json::object();
  for (const auto& path : paths) {
    const auto part = ReadJson(path);
    if (!part.has_value()) return std::nullopt;
    for (const auto& [name, value] : part->items()) {
      if (run.contains(name) && run[name].is_array() && value.is_array()) {
        run[name].insert(run[name].end(), value.begin(), value.end());
      } else {
        run[name] = value;
      }
    }
  }
  if (!run.contains("machine")) run["machine"] = DescribeMachine();
  if (!run.contains("date")) {
    char text[32];
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    std::strftime(text, sizeof text, "%Y-%m-%d", gmtime_r(&now, &utc));
    run["date"] = text;
  }
  return run;
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const auto& text : texts) joined += (joined.empty() ? "" : "; ") + text;
  return joined;
}

std::string ObstaclesAsHtml(const std::vector<Obstacle>& obstacles) {
  std::string html;
  for (const auto& each : obstacles) {
    html += "<p><b>" + EscapeXml(Joined(each.bars)) + "</b>: " + EscapeXml(each.text);
    if (!each.command.empty()) html += " <code>" + EscapeXml(each.command) + "</code>";
    html += "</p>\n";
  }
  if (html.empty()) return html;
  return "<h2>" + EscapeXml(kObstaclesTitle) + "</h2>\n<p>" + EscapeXml(kObstaclesNote) + "</p>\n" + html;
}

std::string ObstaclesAsMarkdown(const std::vector<Obstacle>& obstacles) {
  std::string text;
  for (const auto& each : obstacles) {
    text += "\n**" + Joined(each.bars) + "**: " + each.text;
    if (!each.command.empty()) text += " `" + each.command + "`";
    text += "\n";
  }
  if (text.empty()) return text;
  return std::string("\n## ") + kObstaclesTitle + "\n\n" + kObstaclesNote + "\n" + text;
}

// The bars are the first of the tables, and what stands in their way comes after them.
std::string Html(const Json& run, const std::vector<Table>& tables) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Larder: benchmarks</title>\n<style>"
      "body{font:15px/1.5 sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222}"
      "table{border-collapse:collapse;font-size:13px}td,th{border-bottom:1px solid #ddd;padding:2px 9px;"
      "text-align:right}td:first-child,th:first-child{text-align:left}</style></head><body>\n<h1>Larder: "
      "benchmarks</h1>\n";
  page += "<p>" + EscapeXml(run.value("date", "")) + ". " + EscapeXml(run.value("machine", "")) + ".</p>\n";
  page += "<p>" + EscapeXml(kMethod) + "</p>\n";
  for (const auto& chart : ChartsOf(run)) page += chart;
  for (const auto& table : tables) {
    page += ToHtml(table);
    if (&table == &tables.front()) page += ObstaclesAsHtml(ObstaclesOf(table));
  }
  return page + "</body></html>\n";
}

std::string Markdown(const Json& run, const std::vector<Table>& tables) {
  std::string page = "# Benchmarks\n\nMade by `./dev bench --report` on " + run.value("date", "") + ". " +
                     run.value("machine", "") + ".\n\n" + kMethod + "\n";
  for (const auto& table : tables) {
    page += "\n" + ToMarkdown(table);
    if (&table == &tables.front()) page += ObstaclesAsMarkdown(ObstaclesOf(table));
  }
  return page;
}

bool WriteFile(const std::string& path, const std::string& text) {
  if (path.empty()) return true;
  std::ofstream file(path);
  file << text;
  if (file) return true;
  std::fprintf(stderr, "larder-bench-report: cannot write %s\n", path.c_str());
  return false;
}

int Run(const Arguments& arguments) {
  std::optional<Json> earlier;
  if (!arguments.compare.empty()) {
    earlier = ReadJson(arguments.compare);
    if (!earlier.has_value()) return 3;
  }
  const auto run = ReadRun(arguments.results);
  if (!run.has_value()) return 3;
  auto tables = TablesOf(*run);
  if (earlier.has_value()) {
    tables.push_back(Compare(*run, *earlier));
    std::fputs(ToMarkdown(tables.back()).c_str(), stdout);
  }
  const bool written = WriteFile(arguments.json, run->dump(1) + "\n") &&
                       WriteFile(arguments.html, Html(*run, tables)) &&
                       WriteFile(arguments.markdown, Markdown(*run, tables));
  return written ? 0 : 3;
}

}  // namespace
}  // namespace larder::bench

int main(int argc, char** argv) {
  larder::bench::Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    std::string* to = word == "--json"       ? &arguments.json
                      : word == "--html"     ? &arguments.html
                      : word == "--markdown" ? &arguments.markdown
                      : word == "--compare"  ? &arguments.compare
                                             : nullptr;
    if (to == nullptr) {
      arguments.results.push_back(word);
    } else if (++i < argc) {
      *to = argv[i];
    } else {
      std::fprintf(stderr, "larder-bench-report: %s needs a file\n", word.c_str());
      return 2;
    }
  }
  if (arguments.results.empty()) {
    std::fprintf(stderr,
                 "usage: larder-bench-report [--json OUT] [--html OUT] [--markdown OUT] [--compare EARLIER] "
                 "RESULTS.json...\n");
    return 2;
  }
  return larder::bench::Run(arguments);
}
