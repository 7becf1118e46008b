// Metric families for prometheus-cpp, made of plain values.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <utility>
#include <vector>

#include "histogram.h"

namespace larder::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Family {
 public:
  Family(std::string name, std::string help, prometheus::MetricType type);
  Family& Value(double value, const Labels& labels = {});
  Family& Add(const Histogram& histogram, const Labels& labels);
  prometheus::MetricFamily Take() { return std::move(family_); }

 private:
  prometheus::MetricFamily family_;
};

}  // namespace larder::metrics
