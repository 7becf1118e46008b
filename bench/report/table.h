// A table, and how it is written.
#pragma once

#include <string>
#include <vector>

namespace larder::bench {

struct Table {
  std::string title;
  std::string note;  // under the title; may be empty
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // as many cells as columns
};

std::string ToMarkdown(const Table& table);
std::string ToHtml(const Table& table);
std::string EscapeXml(const std::string& text);

// Three significant digits and a unit that people read: "812 ns", "1.24 us", "15.3 ms", "2.1 s".
std::string FormatNs(double ns);
// With separators: "1,000,000".
std::string FormatCount(double count);
std::string FormatFixed(double value, int digits);

}  // namespace larder::bench
