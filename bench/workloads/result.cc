#include "workloads/result.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

namespace larder::bench {

double WorkloadResult::CallsPerSecond() const { return latency.count() == 0 ? 0 : 1e9 * threads / latency.mean_ns(); }

double WorkloadResult::ItemsPerSecond() const {
  const double item_ns = ItemNs();
  return item_ns == 0 ? 0 : 1e9 * threads / item_ns;
}

std::uint64_t OwnMemoryBytes() {
  std::ifstream status("/proc/self/status");
  constexpr std::string_view kLine = "RssAnon:";
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kLine)) return std::strtoull(line.c_str() + kLine.size(), nullptr, 10) * 1024;
  }
  return 0;
}

Result<void> WriteWhole(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path part = path.string() + ".part";
  std::ofstream file(part);
  file << text;
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(part, path, failed);
  if (!file || failed) return Fail(Errc::unavailable, "cannot write " + path.string());
  return {};
}

std::string HeadOfTable() {
  char line[240];
  std::snprintf(line, sizeof line, "%-20s %-10s %9s %3s %-10s %9s %11s %6s %11s %11s %12s %12s %6s %8s %8s", "workload",
                "store", "images", "thr", "call", "calls", "p50 us", "+-", "p99 us", "p99.9 us", "calls/s", "images/s",
                "wrong", "own MB", "disk MB");
  return line;
}

std::string LineOf(const WorkloadResult& r) {
  char line[240];
  const auto us = [&](double quantile) { return static_cast<double>(r.latency.At(quantile)) / 1e3; };
  std::snprintf(line, sizeof line,
                "%-20s %-10s %9llu %3u %-10s %9llu %11.2f %5.0f%% %11.2f %11.2f %12.0f %12.0f %6llu %8.1f %8.1f",
                r.workload.c_str(), r.subject.c_str(), static_cast<unsigned long long>(r.images), r.threads,
                r.call.c_str(), static_cast<unsigned long long>(r.latency.count()), us(0.5), 100 * r.spread, us(0.99),
                us(0.999), r.CallsPerSecond(), r.ItemsPerSecond(), static_cast<unsigned long long>(r.wrong + r.missing),
                static_cast<double>(r.memory_bytes) / 1e6, static_cast<double>(r.disk_bytes) / 1e6);
  return line;
}

std::string JsonOf(const std::vector<WorkloadResult>& results) {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const auto& r : results) {
    array.push_back({{"workload", r.workload},
                     {"subject", r.subject},
                     {"call", r.call},
                     {"images", r.images},
                     {"threads", r.threads},
                     {"calls", r.latency.count()},
                     {"items", r.items},
                     {"wrong", r.wrong},
                     {"missing", r.missing},
                     {"mean_ns", r.latency.mean_ns()},
                     {"p50_ns", r.latency.At(0.5)},
                     {"spread", r.spread},
                     {"p99_ns", r.latency.At(0.99)},
                     {"p999_ns", r.latency.At(0.999)},
                     {"max_ns", r.latency.max_ns()},
                     {"calls_per_second", r.CallsPerSecond()},
                     {"items_per_second", r.ItemsPerSecond()},
                     {"memory_bytes", r.memory_bytes},
                     {"disk_bytes", r.disk_bytes}});
  }
  return array.dump(1);
}

}  // namespace larder::bench
