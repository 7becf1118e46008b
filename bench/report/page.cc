#include "report/page.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/charts.h"
#include "report/obstacles.h"
#include "report/run.h"

namespace larder::bench {
namespace {

constexpr const char* kMethod =
    "Everything is measured in one run on one machine, so trust ratios before figures. Larder and the bare engine do "
    "the same work on copies of the same records in the same process, and take turns; medians are compared. Stores lie "
    "on a local disk, pages are warm, batches are synced. Workloads and growth warm up before they count, over made-up "
    "images in the shape of Docker's official ones: 9,849 tags in 137 repositories, so often as it takes, on 2,220 "
    "images for 1 to 12 platforms.";

constexpr const char* kObstaclesTitle = "What stands in the way";
constexpr const char* kObstaclesNote = "Of bars that this run did not meet; profiled apart from it.";

constexpr const char* kHead =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Larder: benchmarks</title>\n<style>"
    "body{font:15px/1.5 sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;font-size:13px}td,th{border-bottom:1px solid #ddd;padding:2px 9px;"
    "text-align:right}td:first-child,th:first-child{text-align:left}</style></head><body>\n<h1>Larder: "
    "benchmarks</h1>\n";

// Each once; what is empty not at all.
std::string Joined(const std::vector<std::string>& texts, const char* between) {
  std::string joined;
  for (auto at = texts.begin(); at != texts.end(); ++at) {
    if (!at->empty() && std::find(texts.begin(), at, *at) == at) joined += (joined.empty() ? "" : between) + *at;
  }
  return joined;
}

std::vector<std::string> TextsOf(const nlohmann::json& run, const char* name) {
  std::vector<std::string> texts;
  for (const auto& text : PartOf(run, name)) texts.push_back(text.is_string() ? text.get<std::string>() : text.dump());
  return texts;
}

// Sentences: the machine, the libraries.
std::string SettingOf(const nlohmann::json& run) {
  const std::string libraries = Joined(TextsOf(run, "libraries"), ", ");
  return TextOf(run, "machine") + "." + (libraries.empty() ? "" : " " + libraries + ".");
}

// "" where no part failed.
std::string FailuresOf(const nlohmann::json& run) {
  const std::string failures = Joined(TextsOf(run, "failures"), "; ");
  return failures.empty()
             ? ""
             : "Parts of this run failed; what there is of their figures is not to be trusted: " + failures + ".";
}

std::string ObstaclesAsHtml(const std::vector<Obstacle>& obstacles) {
  std::string html;
  for (const auto& each : obstacles) {
    html += "<p><b>" + EscapeXml(Joined(each.bars, "; ")) + "</b>: " + EscapeXml(each.text);
    if (!each.command.empty()) html += " <code>" + EscapeXml(each.command) + "</code>";
    html += "</p>\n";
  }
  if (html.empty()) return html;
  return "<h2>" + EscapeXml(kObstaclesTitle) + "</h2>\n<p>" + EscapeXml(kObstaclesNote) + "</p>\n" + html;
}

std::string ObstaclesAsMarkdown(const std::vector<Obstacle>& obstacles) {
  std::string text;
  for (const auto& each : obstacles) {
    text += "\n**" + Joined(each.bars, "; ") + "**: " + each.text;
    if (!each.command.empty()) text += " `" + each.command + "`";
    text += "\n";
  }
  if (text.empty()) return text;
  return std::string("\n## ") + kObstaclesTitle + "\n\n" + kObstaclesNote + "\n" + text;
}

}  // namespace

std::string HtmlOf(const nlohmann::json& run, const std::vector<Table>& tables) {
  std::string page = kHead;
  page += "<p>" + EscapeXml(TextOf(run, "date")) + ". " + EscapeXml(SettingOf(run)) + "</p>\n";
  const std::string failures = FailuresOf(run);
  if (!failures.empty()) page += "<p><b>" + EscapeXml(failures) + "</b></p>\n";
  page += "<p>" + EscapeXml(kMethod) + "</p>\n";
  for (const auto& chart : ChartsOf(run)) page += chart;
  for (const auto& table : tables) {
    page += ToHtml(table);
    if (&table == &tables.front()) page += ObstaclesAsHtml(ObstaclesOf(table));
  }
  return page + "</body></html>\n";
}

std::string MarkdownOf(const nlohmann::json& run, const std::vector<Table>& tables) {
  std::string page =
      "# Benchmarks\n\nMade by `./dev bench --report` on " + TextOf(run, "date") + ". " + SettingOf(run) + "\n\n";
  const std::string failures = FailuresOf(run);
  if (!failures.empty()) page += "**" + failures + "**\n\n";
  page += std::string(kMethod) + "\n";
  for (const auto& table : tables) {
    page += "\n" + ToMarkdown(table);
    if (&table == &tables.front()) page += ObstaclesAsMarkdown(ObstaclesOf(table));
  }
  return page;
}

}  // namespace larder::bench
