// A scrape, as values by series.
#pragma once

#include <map>
#include <optional>
#include <sstream>
#include <string>

#include "larder/metrics.h"

namespace larder {

// As in the text: name{labels}.
using Series = std::map<std::string, double>;

inline Series Scrape(const Metrics& metrics) {
  Series values;
  std::istringstream text(metrics.Text());
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto space = line.rfind(' ');
    values[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return values;
}

inline std::optional<double> ValueOf(const Series& values, const std::string& series) {
  const auto found = values.find(series);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

}  // namespace larder
