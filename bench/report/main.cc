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

// Counted by callgrind, which other programs do not disturb; the command does it again.
constexpr const char* kWhereTimeGoes =
    "Where a read goes, in instructions of Image() on LMDB with 10,000 images: the engine's look-up 41 %, checksum and "
    "header 15 %, FlatBuffers' verifier 12 %, canonical name and key 10 %, the reader's slot and transaction 9 %, "
    "name, tag and ranges 4 %, the copy 3 %, the rest 6 %. A bare get is the first and the fifth. The rest "
    "is what makes a read safe: every record is checked as if a stranger had written it. The count is that of";
constexpr const char* kProfileCommand = "./dev bench --profile lmdb/get/cache";

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

std::string Html(const Json& run, const std::vector<Table>& tables) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Larder: benchmarks</title>\n<style>"
      "body{font:15px/1.5 sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222}"
      "table{border-collapse:collapse;font-size:13px}td,th{border-bottom:1px solid #ddd;padding:2px 9px;"
      "text-align:right}td:first-child,th:first-child{text-align:left}</style></head><body>\n<h1>Larder: "
      "benchmarks</h1>\n";
  page += "<p>" + EscapeXml(run.value("date", "")) + ". " + EscapeXml(run.value("machine", "")) + ".</p>\n";
  page += "<p>" + EscapeXml(kMethod) + "</p>\n<p>" + EscapeXml(kWhereTimeGoes) + " <code>" +
          EscapeXml(kProfileCommand) + "</code></p>\n";
  for (const auto& chart : ChartsOf(run)) page += chart;
  for (const auto& table : tables) page += ToHtml(table);
  return page + "</body></html>\n";
}

std::string Markdown(const Json& run, const std::vector<Table>& tables) {
  std::string page = "# Benchmarks\n\nMade by `./dev bench --report` on " + run.value("date", "") + ". " +
                     run.value("machine", "") + ".\n\n" + kMethod + "\n\n" + kWhereTimeGoes + " `" + kProfileCommand +
                     "`\n";
  for (const auto& table : tables) page += "\n" + ToMarkdown(table);
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
  const auto run = ReadRun(arguments.results);
  if (!run.has_value()) return 3;
  auto tables = TablesOf(*run);
  if (!arguments.compare.empty()) {
    const auto earlier = ReadJson(arguments.compare);
    if (!earlier.has_value()) return 3;
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
