// larder-bench-report: the results of benchmark programs as one run, an HTML page and a page of docs.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/report.h"

namespace {

using larder::bench::Report;

constexpr const char* kUsage =
    "usage: larder-bench-report [--json OUT] [--html OUT] [--markdown OUT] [--compare EARLIER] [--failed TEXT]...\n"
    "                           [--library TEXT]... RESULTS.json...\n"
    "  --compare   ratios over an earlier run, with the noise: what --json wrote, or the results of one program\n"
    "  --failed    a part of the run that failed, and how\n"
    "  --library   a name and a version that the results do not tell\n";

constexpr std::array<std::pair<std::string_view, std::string Report::*>, 4> kFiles = {
    {{"--json", &Report::json},
     {"--html", &Report::html},
     {"--markdown", &Report::markdown},
     {"--compare", &Report::compare}}};
constexpr std::array<std::pair<std::string_view, std::vector<std::string> Report::*>, 2> kTexts = {
    {{"--failed", &Report::failures}, {"--library", &Report::libraries}}};

// Where the word after this option goes; null for one that is not known.
std::string* PlaceFor(Report& report, std::string_view option) {
  for (const auto& [name, member] : kFiles) {
    if (name == option) return &(report.*member);
  }
  for (const auto& [name, member] : kTexts) {
    if (name == option) return &(report.*member).emplace_back();
  }
  return nullptr;
}

int Complain(const std::string& what) {
  std::fprintf(stderr, "larder-bench-report: %s\n%s", what.c_str(), kUsage);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  Report report;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (!word->starts_with("--")) {
      report.results.push_back(*word);
      continue;
    }
    std::string* place = PlaceFor(report, *word);
    if (place == nullptr) return Complain("there is no " + *word);
    if (word + 1 == words.end()) return Complain(*word + " needs a word after it");
    *place = *++word;
  }
  if (report.results.empty()) return Complain("of which results?");
  const auto written = larder::bench::WriteReport(report);
  if (!written.has_value()) {
    std::fprintf(stderr, "larder-bench-report: %s\n", written.error().ToString().c_str());
    return 3;
  }
  std::fputs(written->c_str(), stdout);
  return 0;
}
