#include "table.h"

#include <algorithm>
#include <numeric>
#include <ostream>

#include "words.h"

namespace larder::tool {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kNarrowestColumn = 8;
constexpr std::string_view kDim = "\033[2m";
constexpr std::string_view kPlain = "\033[0m";

bool BeginsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// The last `width` characters, the first three of them dots where something is cut.
std::string FitEnd(const std::string& text, std::size_t width) {
  std::size_t drop = Width(text);
  if (drop <= width) return text;
  drop -= width - 3;
  std::size_t at = 0;
  while (drop > 0 || (at < text.size() && !BeginsCharacter(text[at]))) {
    if (BeginsCharacter(text[at])) --drop;
    ++at;
  }
  return "..." + text.substr(at);
}

// The first `width` characters, the last three of them dots where something is cut.
std::string Fit(const std::string& text, std::size_t width) {
  if (Width(text) <= width) return text;
  std::string kept;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (BeginsCharacter(text[i]) && characters++ == width - 3) break;
    kept += text[i];
  }
  return kept + "...";
}

}  // namespace

std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), BeginsCharacter));
}

void Table::Add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  std::transform(cells.begin(), cells.end(), cells.begin(), Clean);
  rows_.push_back(std::move(cells));
}

void Table::DecideWidths(const Console& console) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = columns_[i].title.size();
    for (const auto& row : rows_) width = std::max(width, Width(row[i]));
    widths_.push_back(width);
  }
  const std::size_t gaps = kGap.size() * (columns_.size() - 1);
  std::size_t total = std::accumulate(widths_.begin(), widths_.end(), gaps);
  // The widest gives first, so that no column is cut to nothing beside one that is long.
  while (console.out_is_terminal && total > static_cast<std::size_t>(console.columns)) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!columns_[i].may_shrink || widths_[i] <= kNarrowestColumn) continue;
      if (widest == columns_.size() || widths_[i] > widths_[widest]) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths_[widest];
    --total;
  }
}

void Table::Print(const Console& console) {
  const bool first = widths_.empty();
  if (first) DecideWidths(console);
  const auto line = [&](const auto& cell_of) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      std::string cell = cell_of(i);
      if (console.out_is_terminal) cell = columns_[i].keep_end ? FitEnd(cell, widths_[i]) : Fit(cell, widths_[i]);
      const std::string pad(widths_[i] - std::min(widths_[i], Width(cell)), ' ');
      if (i > 0) text += kGap;
      text += columns_[i].align == Align::right ? pad + cell : cell + pad;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  if (first) {
    const std::string header = line([&](std::size_t i) { return columns_[i].title; });
    *console.out << (console.color ? kDim : "") << header << (console.color ? kPlain : "") << '\n';
  }
  for (const auto& row : rows_) *console.out << line([&](std::size_t i) { return row[i]; }) << '\n';
  rows_.clear();
}

}  // namespace larder::tool
