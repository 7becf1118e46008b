// A scrape, as values by series.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <thread>

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

// Between samples of tests that do not wait for them.
inline constexpr std::chrono::milliseconds kSampling{10};

// A scrape whose sample was taken after this call began.
inline Series ScrapeAnew(const Metrics& metrics) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  for (;;) {
    const std::chrono::duration<double> passed = Clock::now() - begin;
    Series values = Scrape(metrics);
    const auto age = ValueOf(values, "larder_metrics_sample_age_seconds");
    const bool sampled = values.contains("larder_scheduled_tags");
    if (!age.has_value() || (sampled && *age <= passed.count()) || passed > std::chrono::minutes(2)) return values;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace larder
