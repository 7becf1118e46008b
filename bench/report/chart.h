// A chart as SVG, without anything from outside.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace larder::bench {

struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;  // x, y; both above 0
  bool dashed = false;
  std::size_t colour = kOwnColour;  // of another series that this one belongs to: its index
  static constexpr std::size_t kOwnColour = static_cast<std::size_t>(-1);
};

// Both axes are logarithmic: what grows in proportion is a slope of one, what does not grow is level.
struct LineChart {
  std::string title, x_label, y_label;
  std::vector<Series> series;
};
std::string ToSvg(const LineChart& chart);

struct Bar {
  std::string name;
  double value = 0;
  std::string text;  // beside the bar
};

// Bars from the left, longest as wide as there is room.
struct BarChart {
  std::string title;
  std::vector<Bar> bars;
  double mark = 0;  // a line across the bars at this value; 0: none
};
std::string ToSvg(const BarChart& chart);

}  // namespace larder::bench
