#include "report/table.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace larder::bench {

std::string EscapeXml(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string ToMarkdown(const Table& table) {
  std::string text = "## " + table.title + "\n\n";
  if (!table.note.empty()) text += table.note + "\n\n";
  const auto line = [&](const std::vector<std::string>& cells) {
    text += '|';
    for (const auto& cell : cells) text += ' ' + cell + " |";
    text += '\n';
  };
  line(table.columns);
  text += '|';
  for (std::size_t i = 0; i < table.columns.size(); ++i) text += i == 0 ? "---|" : "---:|";
  text += '\n';
  for (const auto& row : table.rows) line(row);
  return text;
}

std::string ToHtml(const Table& table) {
  std::string text = "<h2>" + EscapeXml(table.title) + "</h2>\n";
  if (!table.note.empty()) text += "<p>" + EscapeXml(table.note) + "</p>\n";
  const auto line = [&](const std::vector<std::string>& cells, const char* tag) {
    text += "<tr>";
    for (const auto& cell : cells) text += std::string("<") + tag + ">" + EscapeXml(cell) + "</" + tag + ">";
    text += "</tr>\n";
  };
  text += "<table>\n";
  line(table.columns, "th");
  for (const auto& row : table.rows) line(row, "td");
  return text + "</table>\n";
}

std::string FormatFixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string FormatNs(double ns) {
  constexpr std::array<std::pair<double, const char*>, 4> kUnits = {{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}}};
  for (const auto& [size, unit] : kUnits) {
    if (ns < size && size > 1) continue;
    const double value = ns / size;
    const int digits = size == 1 && value >= 10 ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
    return FormatFixed(value, digits) + " " + unit;
  }
  return "";
}

std::string FormatCount(double count) {
  const std::string digits = FormatFixed(std::round(count), 0);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t left = digits.size() - i;
    if (i > 0 && left % 3 == 0 && digits[i - 1] != '-') text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace larder::bench
