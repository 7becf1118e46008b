// The middle of some values, and how far they lie apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace larder::bench {

// The value that `quantile` (0 .. 1) of the others are below; 0 of none.
inline double QuantileOf(std::vector<double> values, double quantile) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(quantile * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

inline double MedianOf(std::vector<double> values) { return QuantileOf(std::move(values), 0.5); }

// Between the quartiles, as a part of the median: 0.1 where half of the values lie within 10 % of each other.
inline double SpreadOf(const std::vector<double>& values) {
  const double median = MedianOf(values);
  return median > 0 ? (QuantileOf(values, 0.75) - QuantileOf(values, 0.25)) / median : 0;
}

}  // namespace larder::bench
