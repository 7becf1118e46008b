#include "families.h"

#include <limits>

namespace larder::metrics {
namespace {

prometheus::ClientMetric With(const Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) {
    prometheus::ClientMetric::Label label;
    label.name = name;
    label.value = value;
    metric.label.push_back(std::move(label));
  }
  return metric;
}

}  // namespace

Family::Family(std::string name, std::string help, prometheus::MetricType type) {
  family_.name = std::move(name);
  family_.help = std::move(help);
  family_.type = type;
}

Family& Family::Value(double value, const Labels& labels) {
  prometheus::ClientMetric metric = With(labels);
  (family_.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  family_.metric.push_back(std::move(metric));
  return *this;
}

Family& Family::Add(const Histogram& histogram, const Labels& labels) {
  prometheus::ClientMetric metric = With(labels);
  const auto taken = histogram.Take();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < taken.counts.size(); ++i) {
    sum += taken.counts[i];
    prometheus::ClientMetric::Bucket bucket;
    bucket.cumulative_count = sum;
    bucket.upper_bound = i < kBuckets ? histogram.bounds()[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = sum;
  metric.histogram.sample_sum = taken.sum;
  family_.metric.push_back(std::move(metric));
  return *this;
}

}  // namespace larder::metrics
