// Tables for people: columns as wide as their cells, cut to the terminal, the header dimmed where there is colour.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "console.h"

namespace larder::tool {

class Table {
 public:
  enum class Align : unsigned char { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
    bool may_shrink = false;  // is cut with "..." where the line is longer than the terminal
    bool keep_end = false;    // cut at its beginning: names of images differ at their end
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // One cell a column. Control characters are shown as '?'.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  // Written to a pipe nothing is cut. Rows are added after it for tables of any length: the first Print decides the
  // widths and has the header, each later one prints the rows that came since.
  void Print(const Console& console);

 private:
  void DecideWidths(const Console& console);
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;  // once decided
};

// Characters of UTF-8 text, as a terminal counts them for the scripts that tags and names are written in.
std::size_t Width(std::string_view text);

}  // namespace larder::tool
