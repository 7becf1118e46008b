#include "report/bars.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "report/run.h"

namespace larder::bench {
namespace {

using Json = nlohmann::json;
using Figure = std::optional<double>;

constexpr double kMillion = 1e6;
constexpr double kTenThousand = 1e4;
constexpr const char* kRestart = "larder-bench restart --images 1000000 --store lmdb --store rocksdb";
constexpr const char* kGrowth = "larder-bench --growth 1000000 --store lmdb";
constexpr const char* kTwoSizes = "larder-bench --growth 10000 1000000";
constexpr const char* kRefreshing = "larder-bench-refreshing";
constexpr const char* kAged = "LARDER_BENCH_AGE=1 larder_micro";

// The element of a list whose members are as given; null where there is none.
const Json* Find(const Json& run, const char* list, const std::function<bool(const Json&)>& matches) {
  if (!run.contains(list)) return nullptr;
  for (const auto& each : run[list]) {
    if (matches(each)) return &each;
  }
  return nullptr;
}

// The same in the lists of all groups of larder_micro with so many images: engines may have been measured apart.
const Json* FindInMicro(const Json& run, double images, const char* list,
                        const std::function<bool(const Json&)>& matches) {
  for (const auto& group : PartOf(run, "micro")) {
    if (NumberOf(group, "images") != images) continue;
    if (const Json* found = Find(group, list, matches); found != nullptr) return found;
  }
  return nullptr;
}

// The most images that larder_micro measured memcached with; 0: it did not.
double ImagesInMemcached(const Json& run) {
  double most = 0;
  const auto is_memcached = [](const Json& line) { return TextOf(line, "name").starts_with("memcached/"); };
  for (const auto& group : PartOf(run, "micro")) {
    if (Find(group, "lines", is_memcached) != nullptr) most = std::max(most, NumberOf(group, "images"));
  }
  return most;
}

// What `take` makes of one line of larder_micro.
Figure Micro(const Json& run, double images, const std::string& name, double (*take)(const Json&)) {
  const Json* line = FindInMicro(run, images, "lines", [&](const Json& each) { return TextOf(each, "name") == name; });
  return line == nullptr ? std::nullopt : Figure(take(*line));
}

double CpuRatio(const Json& line) { return line.value("cpu_ns", 0.0) / line.value("raw_cpu_ns", 1.0); }
double Cpu(const Json& line) { return line.value("cpu_ns", 0.0); }
double CpuATag(const Json& line) { return Cpu(line) / kTenThousand; }
double Allocations(const Json& line) { return line.value("allocations", 0.0); }
double AllocationsOver(const Json& line) { return Allocations(line) - line.value("raw_allocations", 0.0); }

// On disk: what is free inside the file is there all the same.
Figure SizeOf(const Json& run, const std::string& when) {
  const Json* size = FindInMicro(run, kMillion, "sizes", [&](const Json& each) {
    return each.value("engine", "") == "lmdb" && each.value("when", "") == when;
  });
  return size == nullptr ? std::nullopt : Figure(size->value("file", 0.0));
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

Figure Over(const Figure& large, const Figure& small) {
  if (!large.has_value() || !small.has_value() || *small <= 0) return std::nullopt;
  return *large / *small;
}

// Both sizes in one run each, Larder and the bare engine taking turns there: what is left of growth is not the
// engine's.
Figure GrowthOfReads(const Json& run, const std::string& engine) {
  const std::string name = engine + "/get/cache";
  return Over(Micro(run, kMillion, name, CpuRatio), Micro(run, kTenThousand, name, CpuRatio));
}

Figure GrowthOfStarts(const Json& run, const std::string& store) {
  const auto start_of = [&](double images) -> Figure {
    const Json* found = Find(
        run, "growth", [&](const Json& each) { return StoreOf(each) == store && NumberOf(each, "images") == images; });
    return found == nullptr ? std::nullopt : Figure(NumberOf(*found, "start_ns"));
  };
  return Over(start_of(kMillion), start_of(kTenThousand));
}

double Ns(const Json& line) { return line.value("ns", 0.0); }

std::string Fixed2(double value) { return FormatFixed(value, 2); }
std::string Fixed0(double value) { return FormatFixed(value, 0); }

class Bars {
 public:
  explicit Bars(Table& table) : table_(table) {}

  void Add(const std::string& what, double bar, const Figure& measured, std::string (*format)(double),
           const std::string& command) {
    if (measured.has_value()) {
      table_.rows.push_back({what, format(bar), format(*measured), *measured <= bar ? "met" : "not met", command});
    } else {
      table_.rows.push_back({what, format(bar), "", "not measured", command});
    }
  }
  // What the design wants to know, whatever it is.
  void State(const std::string& what, const std::string& measured, const std::string& command) {
    table_.rows.push_back({what, "stated", measured, measured.empty() ? "not measured" : "", command});
  }

 private:
  Table& table_;
};

std::string MicroOf(const std::string& filter) { return "larder_micro --benchmark_filter=" + filter; }

void AddReads(const Json& run, Bars& bars) {
  const auto micro = [&](const std::string& name, double (*take)(const Json&)) {
    return Micro(run, kMillion, name, take);
  };
  const auto memcached = [&](const std::string& work, double (*take)(const Json&)) {
    return Micro(run, ImagesInMemcached(run), "memcached/" + work, take);
  };
  bars.Add("Image() on LMDB / a touched get, 1,000,000 images", 1.15, micro("lmdb/get/cache", CpuRatio), Fixed2,
           MicroOf("lmdb/get/"));
  bars.Add("the same, 10,000 images", 1.25, Micro(run, kTenThousand, "lmdb/get/cache", CpuRatio), Fixed2,
           "LARDER_BENCH_IMAGES=10000 " + MicroOf("lmdb/get/"));
  bars.Add("Image() on RocksDB / a touched get, 1,000,000 images", 1.15, micro("rocksdb/get/cache", CpuRatio), Fixed2,
           MicroOf("rocksdb/get/"));
  bars.Add("memcached, our time outside of libmemcached: a get", 1000, memcached("get/outside", Cpu), FormatNs,
           MicroOf("memcached/get/outside"));
  bars.Add("the same: a key of GetMany(100)", 300, memcached("get_many_100/outside", Cpu), FormatNs,
           MicroOf("memcached/get_many_100/outside"));
  bars.Add("allocations of Image(): LMDB", 0, micro("lmdb/get/cache", Allocations), Fixed2, MicroOf("lmdb/get/"));
  bars.Add("the same: RocksDB, besides the engine's own", 1, micro("rocksdb/get/cache", AllocationsOver), Fixed2,
           MicroOf("rocksdb/get/"));
  bars.Add("the same: memcached", 1, memcached("get/cache", Allocations), Fixed2, MicroOf("memcached/get/"));
  bars.Add("Repository() of 10,000 tags, LMDB: open", 1000, micro("lmdb/repository_open/cache", Cpu), FormatNs,
           MicroOf("lmdb/repository"));
  bars.Add("the same: visit of an image, verified", 200, micro("lmdb/repository_visit_10000/cache", CpuATag), FormatNs,
           MicroOf("lmdb/repository"));
}

void AddStores(const Json& run, Bars& bars) {
  bars.Add("bytes on disk an image, LMDB: fresh", 700, SizeOf(run, "fresh"), Fixed0, kAged);
  bars.Add("the same: after churn", 950, SizeOf(run, "after churn"), Fixed0, kAged);
  bars.Add("the same: after a copy in the order of keys", 450, SizeOf(run, "after a copy"), Fixed0, kAged);
  for (const std::string engine : {"lmdb", "rocksdb", "memory", "memcached"}) {
    const double images = engine == "memcached" ? ImagesInMemcached(run) : kMillion;
    const Figure batch = Micro(run, images, engine + "/write_512/store", Ns);
    bars.State("batch of 512 writes: " + engine, batch.has_value() ? FormatNs(*batch) : "",
               MicroOf(engine + "/write_512"));
  }
  bool any = false;
  for (const auto& group : PartOf(run, "micro")) {
    if (NumberOf(group, "images") != kMillion) continue;
    for (const auto& note : PartOf(group, "notes")) {
      bars.State(TextOf(note, "what"), TextOf(note, "value"), kAged);
      any = true;
    }
  }
  if (any) return;
  bars.State("Collect of 1,000,000; growth under a held reader; RocksDB's peak over what is live", "", kAged);
}

void AddRefreshing(const Json& run, Bars& bars) {
  for (const auto& figure : PartOf(run, "figures")) {
    const double value = figure.value("value", 0.0);
    const auto format = value == std::floor(value) ? Fixed0 : Fixed2;
    const std::string what = figure.value("what", "");
    if (figure.contains("bar")) bars.Add(what, figure["bar"].get<double>(), value, Fixed2, kRefreshing);
    if (figure.value("stated", false)) bars.State(what, format(value) + " " + figure.value("unit", ""), kRefreshing);
  }
  // What stands for a part of larder-bench-refreshing of which there is nothing.
  struct Section {
    const char* name;
    const char* begins;  // one of its figures
    const char* what;
  };
  constexpr Section kSections[] = {
      {"memory", "50,000 tags", "memory of refreshing 50,000 tags"},
      {"cpu", "1,000 GETs", "processor time of 1,000 GETs, and connections for them"},
      {"cold", "cold fill: ", "wall time of a cold fill from a slow registry"},
      {"requests", "refresh of 1,000", "requests for 1,000 tags: cold, unchanged, where pulls count"},
      {"recovery", "memcached recovery", "memcached recovery"},
  };
  for (const auto& section : kSections) {
    const auto is_of_it = [&](const Json& figure) { return figure.value("what", "").starts_with(section.begins); };
    if (Find(run, "figures", is_of_it) != nullptr) continue;
    bars.State(section.what, "", std::string(kRefreshing) + " " + section.name);
  }
}

// Reads grow no faster than the engine's tree, starts do not grow: the bars leave room for noise.
void AddGrowing(const Json& run, Bars& bars) {
  constexpr double kReads = 1.15, kStarts = 1.5;
  const std::string both = "LARDER_BENCH_IMAGES=10000, and 1000000: ";
  bars.Add("from 10,000 to 1,000,000 images: growth of Image() over that of a touched get, LMDB", kReads,
           GrowthOfReads(run, "lmdb"), Fixed2, both + MicroOf("lmdb/get/"));
  bars.Add("growth of reads over that of a touched get, RocksDB", kReads, GrowthOfReads(run, "rocksdb"), Fixed2,
           both + MicroOf("rocksdb/get/"));
  bars.Add("from 10,000 to 1,000,000 images: growth of a start, LMDB", kStarts, GrowthOfStarts(run, "lmdb"), Fixed2,
           kTwoSizes);
  bars.Add("growth of a start, RocksDB", kStarts, GrowthOfStarts(run, "rocksdb"), Fixed2, kTwoSizes);
}

}  // namespace

Table BarsOf(const Json& run) {
  Table table;
  table.title = "The bars";
  table.note =
      "What the design asks for and what this run measured. Reads are judged by the processor's time, starts by the "
      "clock on the wall. The programs lie in build/bench/bench; larder_micro measures 1,000,000 images unless "
      "LARDER_BENCH_IMAGES says otherwise, and memcached where LARDER_BENCH_MEMCACHED gives a server's host:port. "
      "Outside of libmemcached: what a call takes besides memcached_mget and memcached_fetch_result, which a clock is "
      "put around.";
  if (const double images = ImagesInMemcached(run); images > 0 && images < kMillion) {
    table.note +=
        " Here memcached holds " + FormatCount(images) + " images: it is a hash table, and a million take ten minutes.";
  }
  table.columns = {"what", "bar", "measured", "", "printed by"};
  Bars bars(table);
  AddReads(run, bars);
  AddStores(run, bars);
  AddRefreshing(run, bars);
  AddGrowing(run, bars);
  bars.Add("schedule of 1,000,000 tags: bytes a tag", 24, ScheduleOf(run, "schedule_bytes"), Fixed0, kGrowth);
  table.rows.push_back({"the same, nothing due: requests, reads of the store", "0", "by a test", "",
                        "./dev test fetch_refresh (NothingDueCostsNeitherRequestsNorStoreReads)"});
  bars.Add("first Image() after SIGKILL, 1,000,000 images: LMDB", 50e6, StartOf(run, "lmdb"), FormatNs, kRestart);
  bars.Add("the same: RocksDB", 150e6, StartOf(run, "rocksdb"), FormatNs, kRestart);
  return table;
}

}  // namespace larder::bench
