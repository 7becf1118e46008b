#include "report/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "report/table.h"

namespace larder::bench {
namespace {

constexpr std::array<const char*, 8> kColours = {"#1f6fb2", "#d1495b", "#2e8b57", "#e09f3e",
                                                 "#6a4c93", "#555555", "#17a2b8", "#8c564b"};
constexpr double kWidth = 820, kHeight = 460, kLeft = 80, kRight = 250, kTop = 40, kBottom = 50;

std::string Number(double value) { return FormatFixed(value, 1); }

std::string Text(double x, double y, const std::string& text, const char* anchor = "start", double size = 12) {
  return "<text x=\"" + Number(x) + "\" y=\"" + Number(y) + "\" text-anchor=\"" + anchor + "\" font-size=\"" +
         Number(size) + "\">" + EscapeXml(text) + "</text>\n";
}

std::string Dashes(bool dashed) { return dashed ? " stroke-dasharray=\"6 4\"" : ""; }

std::string Line(double x1, double y1, double x2, double y2, const std::string& colour, double width = 1,
                 bool dashed = false) {
  return "<line x1=\"" + Number(x1) + "\" y1=\"" + Number(y1) + "\" x2=\"" + Number(x2) + "\" y2=\"" + Number(y2) +
         "\" stroke=\"" + colour + "\" stroke-width=\"" + Number(width) + "\"" + Dashes(dashed) + "/>\n";
}

std::string Begin(double width, double height) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + Number(width) + " " + Number(height) +
         "\" width=\"" + Number(width) + "\" font-family=\"sans-serif\" fill=\"#222\">\n";
}

// A power of ten as a tick: "10k", "1M", "100".
std::string TickText(int exponent) {
  constexpr std::array<const char*, 4> kSuffixes = {"", "k", "M", "G"};
  if (exponent < 0 || exponent >= 12) return "1e" + std::to_string(exponent);
  return "1" + std::string(static_cast<std::size_t>(exponent % 3), '0') +
         kSuffixes[static_cast<std::size_t>(exponent / 3)];
}

// Whole decades around the values of one axis.
struct Axis {
  int least = std::numeric_limits<int>::max();
  int most = std::numeric_limits<int>::min();
  void Hold(double value) {
    least = std::min(least, static_cast<int>(std::floor(std::log10(value))));
    most = std::max(most, static_cast<int>(std::ceil(std::log10(value))));
  }
  double Part(double value) const {
    return most == least ? 0.5 : (std::log10(value) - least) / static_cast<double>(most - least);
  }
};

}  // namespace

std::string ToSvg(const LineChart& chart) {
  Axis x, y;
  for (const auto& series : chart.series) {
    for (const auto& [at, value] : series.points) {
      if (at <= 0 || value <= 0) continue;
      x.Hold(at);
      y.Hold(value);
    }
  }
  if (x.most < x.least) return "";
  const double right = kWidth - kRight, bottom = kHeight - kBottom;
  const auto to_x = [&](double value) { return kLeft + (right - kLeft) * x.Part(value); };
  const auto to_y = [&](double value) { return bottom - (bottom - kTop) * y.Part(value); };
  std::string svg = Begin(kWidth, kHeight) + Text(kLeft, 20, chart.title, "start", 15);
  for (int decade = x.least; decade <= x.most; ++decade) {
    const double at = to_x(std::pow(10.0, decade));
    svg += Line(at, kTop, at, bottom, "#ddd") + Text(at, bottom + 16, TickText(decade), "middle");
  }
  for (int decade = y.least; decade <= y.most; ++decade) {
    const double at = to_y(std::pow(10.0, decade));
    svg += Line(kLeft, at, right, at, "#ddd") + Text(kLeft - 6, at + 4, TickText(decade), "end");
  }
  svg += Text((kLeft + right) / 2, kHeight - 12, chart.x_label, "middle") + Text(kLeft - 70, kTop - 8, chart.y_label);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const Series& series = chart.series[i];
    const std::size_t own = series.colour == Series::kOwnColour ? i : series.colour;
    const std::string colour = kColours[own % kColours.size()];
    std::string path;
    for (const auto& [at, value] : series.points) {
      if (at <= 0 || value <= 0) continue;
      path += Number(to_x(at)) + "," + Number(to_y(value)) + " ";
      svg += "<circle cx=\"" + Number(to_x(at)) + "\" cy=\"" + Number(to_y(value)) + "\" r=\"3\" fill=\"" + colour +
             "\"/>\n";
    }
    svg += "<polyline points=\"" + path + "\" fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"2\"" +
           Dashes(series.dashed) + "/>\n";
    const double legend = kTop + 10 + 20 * static_cast<double>(i);
    svg += Line(right + 12, legend, right + 32, legend, colour, 3, series.dashed) +
           Text(right + 38, legend + 4, series.name);
  }
  return svg + "</svg>\n";
}

std::string ToSvg(const BarChart& chart) {
  constexpr double kNames = 270, kRoom = 330, kRow = 24;
  if (chart.bars.empty()) return "";
  double longest = chart.mark;
  for (const auto& bar : chart.bars) longest = std::max(longest, bar.value);
  const double height = kTop + kRow * static_cast<double>(chart.bars.size()) + 12;
  std::string svg = Begin(kWidth, height) + Text(8, 20, chart.title, "start", 15);
  for (std::size_t i = 0; i < chart.bars.size(); ++i) {
    const auto& bar = chart.bars[i];
    const double top = kTop + kRow * static_cast<double>(i);
    const double width = longest > 0 ? kRoom * std::max(0.0, bar.value) / longest : 0;
    svg += Text(kNames - 8, top + 14, bar.name, "end");
    svg += "<rect x=\"" + Number(kNames) + "\" y=\"" + Number(top + 2) + "\" width=\"" + Number(width) +
           "\" height=\"16\" fill=\"" + kColours[0] + "\"/>\n";
    svg += Text(kNames + width + 6, top + 14, bar.text);
  }
  if (chart.mark > 0 && longest > 0) {
    const double at = kNames + kRoom * chart.mark / longest;
    svg += Line(at, kTop - 4, at, height - 8, kColours[1], 1.5);
  }
  return svg + "</svg>\n";
}

}  // namespace larder::bench
