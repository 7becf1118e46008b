#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>

#include "report/run.h"
#include "report/tables.h"

namespace larder::bench {
namespace {

struct Timing {
  double ns = 0;
  std::optional<double> noise;
};

Timing TimingOf(const nlohmann::json& object, const char* ns, const char* spread) {
  Timing timing{NumberOf(object, ns), std::nullopt};
  if (object.contains(spread)) timing.noise = NumberOf(object, spread);
  return timing;
}

// Everything that was timed, by a name that is the same in each run.
std::map<std::string, Timing> TimingsOf(const nlohmann::json& run) {
  std::map<std::string, Timing> timings;
  for (const auto& group : PartOf(run, "micro")) {
    const std::string images = " (" + FormatCount(NumberOf(group, "images")) + ")";
    for (const auto& line : PartOf(group, "lines")) {
      timings["micro " + TextOf(line, "name") + images] = TimingOf(line, "ns", "spread");
    }
  }
  for (const auto& w : PartOf(run, "workloads")) {
    const double threads = w.value("threads", 1.0);
    const std::string on = threads == 1 ? "" : ", " + FormatCount(threads) + " threads";
    timings["workload " + TextOf(w, "workload") + " " + TextOf(w, "subject") + " (" +
            FormatCount(NumberOf(w, "images")) + on + ")"] = TimingOf(w, "p50_ns", "spread");
  }
  for (const auto& p : PartOf(run, "growth")) {
    const std::string of = " " + StoreOf(p) + " (" + FormatCount(NumberOf(p, "images")) + ")";
    timings["growth read" + of] = TimingOf(p, "read_ns", "read_spread");
    timings["growth visit, an image" + of] = TimingOf(p, "scan_ns", "scan_spread");
    timings["growth schedule" + of] = TimingOf(p, "schedule_ns", "schedule_spread");
    timings["growth start" + of] = TimingOf(p, "start_ns", "start_spread");
  }
  return timings;
}

}  // namespace

Table Compare(const nlohmann::json& run, const nlohmann::json& earlier) {
  Table table;
  table.title = "Compared with the earlier run";
  table.note =
      "Times of this run over those of the earlier one. Noise: the larger spread of the two runs, between the "
      "quartiles of their repetitions.";
  table.columns = {"what", "earlier", "now", "ratio", "noise", ""};
  const auto before = TimingsOf(earlier);
  for (const auto& [name, now] : TimingsOf(run)) {
    const auto found = before.find(name);
    if (found == before.end() || found->second.ns <= 0 || now.ns <= 0) continue;
    const double ratio = now.ns / found->second.ns;
    std::string noise, verdict;
    if (now.noise.has_value() && found->second.noise.has_value()) {
      const double larger = std::max(*now.noise, *found->second.noise);
      noise = FormatFixed(100 * larger, 0) + " %";
      if (std::abs(ratio - 1) > larger) verdict = ratio < 1 ? "faster" : "slower";
    }
    table.rows.push_back({name, FormatNs(found->second.ns), FormatNs(now.ns), FormatFixed(ratio, 2), noise, verdict});
  }
  return table;
}

}  // namespace larder::bench
