#include "report/tables.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "report/bars.h"
#include "report/run.h"

namespace larder::bench {
namespace {

using Json = nlohmann::json;

std::string CountText(const Json& object, const char* name) {
  return object.contains(name) ? FormatFixed(NumberOf(object, name), 1) : "";
}

Table MicroTable(const Json& group) {
  Table table;
  table.title = "Larder beside the bare engines, " + FormatCount(NumberOf(group, "images")) + " images";
  table.note =
      "Medians of one run; the repetitions of all lines take turns. \"bare\" is the engine's own library doing the "
      "same work and touching every cache line of what it reads. get/store copies the record out, get/cache is "
      "Cache::Image(): key, look-up, checksum, verifier, name, expiry. Spread: between the quartiles. On a busy "
      "machine trust the processor's time. outside: the median of what Larder takes of a call, or of a key of it, "
      "besides libmemcached's sending and receiving.";
  table.columns = {"what",      "bare",        "Larder",     "ratio",       "spread",
                   "bare, cpu", "Larder, cpu", "ratio, cpu", "allocations", "of them bare"};
  for (const auto& line : PartOf(group, "lines")) {
    const double raw = NumberOf(line, "raw_ns"), raw_cpu = NumberOf(line, "raw_cpu_ns");
    const double ours = NumberOf(line, "ns"), cpu = NumberOf(line, "cpu_ns");
    table.rows.push_back({TextOf(line, "name"), raw > 0 ? FormatNs(raw) : "", FormatNs(ours),
                          raw > 0 ? FormatFixed(ours / raw, 2) : "",
                          FormatFixed(100 * NumberOf(line, "spread"), 0) + " %", raw > 0 ? FormatNs(raw_cpu) : "",
                          FormatNs(cpu), raw_cpu > 0 ? FormatFixed(cpu / raw_cpu, 2) : "",
                          CountText(line, "allocations"), CountText(line, "raw_allocations")});
  }
  return table;
}

// The lines that are about one engine and one kind of work, as "Larder / bare".
Table EngineTable(const Json& group) {
  struct Work {
    const char* title;
    const char* name;
    double calls;
  };
  static constexpr Work kWorks[] = {{"get", "get/cache", 1},
                                    {"miss", "miss/store", 1},
                                    {"GetMany(100), a key", "get_many_100/store", 100},
                                    {"write of 512, a record", "write_512/store", 512},
                                    {"scan of 10,000, a record", "repository_visit_10000/store", 10'000},
                                    {"Collect of all", "collect/store", 1}};
  Table table;
  table.title = "Engines, " + FormatCount(NumberOf(group, "images")) + " images";
  table.note =
      "Larder / the bare engine doing the same work in the same run (real time). Beside memory stand an unordered_map "
      "and a map, behind a mutex. A scan of memcached has the server list all its keys first; no read does that. Of "
      "Collect nothing is expired here: what looking costs.";
  table.columns = {"engine"};
  for (const auto& work : kWorks) table.columns.emplace_back(work.title);
  for (const char* engine : {"lmdb", "rocksdb", "memory", "memcached"}) {
    std::vector<std::string> row = {engine};
    bool any = false;
    for (const auto& work : kWorks) {
      std::string cell;
      for (const auto& line : PartOf(group, "lines")) {
        if (TextOf(line, "name") != std::string(engine) + "/" + work.name) continue;
        const double raw = NumberOf(line, "raw_ns") / work.calls;
        const double ours = NumberOf(line, "ns") / work.calls;
        cell = FormatNs(ours) + " / " + FormatNs(raw) + (raw > 0 ? " = " + FormatFixed(ours / raw, 2) : "");
        any = true;
      }
      row.push_back(cell);
    }
    if (any) table.rows.push_back(std::move(row));
  }
  return table;
}

Table SizeTable(const Json& group) {
  Table table;
  table.title = "Bytes an image, " + FormatCount(NumberOf(group, "images")) + " images";
  table.note =
      "The mix of labels: 3 of 10 images without (records of 234 bytes), 5 with five OCI labels (344), 2 with ten "
      "(544). Churn: as many images as there are, picked at random, are written again. The copy is in the order of "
      "keys.";
  table.columns = {"engine", "when", "in use", "on disk, or held"};
  for (const auto& size : PartOf(group, "sizes")) {
    table.rows.push_back({TextOf(size, "engine"), TextOf(size, "when"), FormatFixed(NumberOf(size, "used"), 0),
                          FormatFixed(NumberOf(size, "file"), 0)});
  }
  return table;
}

Table NoteTable(const Json& group) {
  Table table;
  table.title = "Measured once, " + FormatCount(NumberOf(group, "images")) + " images";
  table.columns = {"what", "figure"};
  for (const auto& note : PartOf(group, "notes")) {
    table.rows.push_back({TextOf(note, "what"), TextOf(note, "value")});
  }
  return table;
}

Table RefreshingTable(const Json& run) {
  Table table;
  table.title = "Refreshing";
  table.note = "Registries are Debian's docker-registry, or a scripted one where answers are slow; all on loopback.";
  table.columns = {"what", "figure"};
  for (const auto& figure : PartOf(run, "figures")) {
    const std::string unit = TextOf(figure, "unit");
    const double value = NumberOf(figure, "value");
    table.rows.push_back({TextOf(figure, "what"),
                          FormatFixed(value, value == std::floor(value) ? 0 : 2) + (unit.empty() ? "" : " " + unit)});
  }
  return table;
}

std::string SpreadText(const Json& object, const char* name) {
  return object.contains(name) ? FormatFixed(100 * NumberOf(object, name), 0) + " %" : "";
}

Table WorkloadTable(const Json& run) {
  Table table;
  table.title = "Workloads";
  table.note =
      "Each in a process of its own. Every answer is checked in all its fields against what was written, outside of "
      "what is timed: of reads 16 at a time, so that the processor's caches are cold for few of them; of a repository "
      "by another visit, which has to find the digests that the timed one found. A call's time includes a look at the "
      "clock. Spread: between the quartiles of the medians of five rounds. Memory is what the process took for it, "
      "without mapped files. A cold fill and a steady refresh share their work between the threads; a restart has one. "
      "\"flux\" is the baseline: JSON in memcached, one value a repository, decoded on each read.";
  table.columns = {"workload", "store", "images",         "threads",         "call",       "p50",     "spread",
                   "p99",      "p99.9", "calls a second", "images a second", "memory, MB", "disk, MB"};
  for (const auto& w : PartOf(run, "workloads")) {
    table.rows.push_back({TextOf(w, "workload"), TextOf(w, "subject"), FormatCount(NumberOf(w, "images")),
                          FormatCount(NumberOf(w, "threads")), TextOf(w, "call"), FormatNs(NumberOf(w, "p50_ns")),
                          SpreadText(w, "spread"), FormatNs(NumberOf(w, "p99_ns")), FormatNs(NumberOf(w, "p999_ns")),
                          FormatCount(NumberOf(w, "calls_per_second")), FormatCount(NumberOf(w, "items_per_second")),
                          FormatFixed(NumberOf(w, "memory_bytes") / 1e6, 1),
                          FormatFixed(NumberOf(w, "disk_bytes") / 1e6, 1)});
  }
  return table;
}

Table GrowthTable(const Json& run) {
  Table table;
  table.title = "Growth";
  table.note =
      "Start: the first Image() of a new process after the one that wrote was killed, page cache warm. Idle look: one "
      "question to a schedule in which nothing is due. Memory: what a process that only reads, visits or starts takes. "
      "Disk: with states, lists of tags and facts by digest. Spread as above.";
  table.columns = {"store",     "images",          "read, p50", "spread",
                   "read, p99", "visit, an image", "spread",    "idle look",
                   "spread",    "start",           "spread",    "schedule, bytes a tag",
                   "read, MB",  "visit, MB",       "start, MB", "disk, bytes an image"};
  for (const auto& p : PartOf(run, "growth")) {
    const auto mb = [&](const char* name) { return FormatFixed(NumberOf(p, name) / 1e6, 1); };
    table.rows.push_back(
        {StoreOf(p), FormatCount(NumberOf(p, "images")), FormatNs(NumberOf(p, "read_ns")), SpreadText(p, "read_spread"),
         FormatNs(NumberOf(p, "read_p99_ns")), FormatNs(NumberOf(p, "scan_ns")), SpreadText(p, "scan_spread"),
         FormatNs(NumberOf(p, "schedule_ns")), SpreadText(p, "schedule_spread"), FormatNs(NumberOf(p, "start_ns")),
         SpreadText(p, "start_spread"), FormatFixed(NumberOf(p, "schedule_bytes"), 1), mb("read_memory_bytes"),
         mb("scan_memory_bytes"), mb("start_memory_bytes"), FormatFixed(NumberOf(p, "disk_bytes"), 0)});
  }
  return table;
}

}  // namespace

std::vector<Table> TablesOf(const Json& run) {
  std::vector<Table> tables = {BarsOf(run)};
  for (const auto& group : PartOf(run, "micro")) {
    for (auto& table : {EngineTable(group), SizeTable(group), NoteTable(group), MicroTable(group)})
      tables.push_back(table);
  }
  tables.push_back(RefreshingTable(run));
  tables.push_back(WorkloadTable(run));
  tables.push_back(GrowthTable(run));
  std::erase_if(tables, [](const Table& table) { return table.rows.empty(); });
  return tables;
}

}  // namespace larder::bench
