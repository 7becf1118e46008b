#include "report/bars.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace larder::bench {
namespace {

using Json = nlohmann::json;
using Figure = std::optional<double>;

constexpr double kMillion = 1e6;
constexpr double kTenThousand = 1e4;
constexpr const char* kMicro = "larder_micro";
constexpr const char* kWorkloads = "larder-bench restart";
constexpr const char* kRefreshing = "larder-bench-refreshing";
constexpr const char* kGrowth = "larder-bench --growth";

// The element of a list whose members are as given; null where there is none.
const Json* Find(const Json& run, const char* list, const std::function<bool(const Json&)>& matches) {
  if (!run.contains(list)) return nullptr;
  for (const auto& each : run[list]) {
    if (matches(each)) return &each;
  }
  return nullptr;
}

const Json* LineOf(const Json& run, double images, const std::string& name) {
  const Json* group = Find(run, "micro", [&](const Json& each) { return each.value("images", 0.0) == images; });
  return group == nullptr ? nullptr
                          : Find(*group, "lines", [&](const Json& each) { return each.value("name", "") == name; });
}

// What `take` makes of one line of larder_micro.
Figure Micro(const Json& run, double images, const std::string& name, double (*take)(const Json&)) {
  const Json* line = LineOf(run, images, name);
  return line == nullptr ? std::nullopt : Figure(take(*line));
}

double CpuRatio(const Json& line) { return line.value("cpu_ns", 0.0) / line.value("raw_cpu_ns", 1.0); }
double CpuOver(const Json& line) { return line.value("cpu_ns", 0.0) - line.value("raw_cpu_ns", 0.0); }
double CpuOverAKey(const Json& line) { return CpuOver(line) / 100; }
double Cpu(const Json& line) { return line.value("cpu_ns", 0.0); }
double CpuATag(const Json& line) { return Cpu(line) / kTenThousand; }
double Allocations(const Json& line) { return line.value("allocations", 0.0); }
double AllocationsOver(const Json& line) { return Allocations(line) - line.value("raw_allocations", 0.0); }

Figure SizeOf(const Json& run, const std::string& when) {
  const Json* group = Find(run, "micro", [](const Json& each) { return each.value("images", 0.0) == kMillion; });
  if (group == nullptr) return std::nullopt;
  const Json* size = Find(*group, "sizes", [&](const Json& each) {
    return each.value("engine", "") == "lmdb" && each.value("when", "") == when;
  });
  return size == nullptr ? std::nullopt : Figure(size->value("used", 0.0));
}

Figure StartOf(const Json& run, const std::string& subject) {
  const Json* found = Find(run, "workloads", [&](const Json& each) {
    return each.value("call", "") == "start" && each.value("subject", "") == subject &&
           each.value("images", 0.0) == kMillion;
  });
  return found == nullptr ? std::nullopt : Figure(found->value("p50_ns", 0.0));
}

Figure ScheduleOf(const Json& run, const char* member) {
  const Json* found = Find(run, "growth", [](const Json& each) { return each.value("images", 0.0) == kMillion; });
  return found == nullptr ? std::nullopt : Figure(found->value(member, 0.0));
}

std::string Fixed2(double value) { return FormatFixed(value, 2); }
std::string Fixed0(double value) { return FormatFixed(value, 0); }

}  // namespace

Table BarsOf(const Json& run) {
  Table table;
  table.title = "The bars";
  table.note =
      "What the design asks for and what this run measured. Reads are judged by the processor's time, starts by the "
      "clock on the wall.";
  table.columns = {"what", "bar", "measured", "", "printed by"};
  const auto add = [&](const std::string& what, double bar, const Figure& measured, std::string (*format)(double),
                       const char* command) {
    if (!measured.has_value()) return;
    table.rows.push_back({what, format(bar), format(*measured), *measured <= bar ? "met" : "not met", command});
  };
  add("Image() on LMDB / a touched get, 1,000,000 images", 1.15, Micro(run, kMillion, "lmdb/get/cache", CpuRatio),
      Fixed2, kMicro);
  add("the same, 10,000 images", 1.25, Micro(run, kTenThousand, "lmdb/get/cache", CpuRatio), Fixed2, kMicro);
  add("Image() on RocksDB / a touched get, 1,000,000 images", 1.15, Micro(run, kMillion, "rocksdb/get/cache", CpuRatio),
      Fixed2, kMicro);
  add("memcached, our processor time over libmemcached's: a get", 1000,
      Micro(run, kMillion, "memcached/get/cache", CpuOver), FormatNs, kMicro);
  add("the same: a key of GetMany(100)", 300, Micro(run, kMillion, "memcached/get_many_100/store", CpuOverAKey),
      FormatNs, kMicro);
  add("allocations of Image(): LMDB", 0, Micro(run, kMillion, "lmdb/get/cache", Allocations), Fixed2, kMicro);
  add("the same: RocksDB, besides the engine's own", 1, Micro(run, kMillion, "rocksdb/get/cache", AllocationsOver),
      Fixed2, kMicro);
  add("the same: memcached", 1, Micro(run, kMillion, "memcached/get/cache", Allocations), Fixed2, kMicro);
  add("Repository() of 10,000 tags, LMDB: open", 1000, Micro(run, kMillion, "lmdb/repository_open/cache", Cpu),
      FormatNs, kMicro);
  add("the same: visit of an image, verified", 200, Micro(run, kMillion, "lmdb/repository_visit_10000/cache", CpuATag),
      FormatNs, kMicro);
  add("bytes an image, LMDB: fresh", 700, SizeOf(run, "fresh"), Fixed0, kMicro);
  add("the same: after churn", 950, SizeOf(run, "after churn"), Fixed0, kMicro);
  add("the same: after a copy in the order of keys", 450, SizeOf(run, "after a copy"), Fixed0, kMicro);
  add("first Image() after SIGKILL, 1,000,000 images: LMDB", 50e6, StartOf(run, "lmdb"), FormatNs, kWorkloads);
  add("the same: RocksDB", 150e6, StartOf(run, "rocksdb"), FormatNs, kWorkloads);
  add("schedule of 1,000,000 tags: bytes a tag", 24, ScheduleOf(run, "schedule_bytes"), Fixed0, kGrowth);
  if (const auto figures = run.find("figures"); figures != run.end()) {
    for (const auto& figure : *figures) {
      const double bar = figure.value("bar", 0.0);
      if (bar == 0) continue;
      add(figure.value("what", ""), bar, figure.value("value", 0.0), Fixed2, kRefreshing);
    }
  }
  return table;
}

}  // namespace larder::bench
