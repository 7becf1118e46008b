// larder-bench-refreshing [--json OUT] [cpu|cold|memory|requests|recovery]...: what refreshing costs, each figure
// beside its bar. All traffic is on loopback. What failed has no figure in OUT, and the exit code is 1.
//   cpu       our processor time for 1,000 GETs, over docker-registry's for the same and over a bare curl loop's
//   cold      wall time of filling 20 repositories of 50 tags from a registry that answers after 50 ms
//   memory    what a repository of 50,000 tags needs above idle
//   requests  how many requests 1,000 tags cost: cold, unchanged, where pulls count
//   recovery  how long reads go without a memcached server that is back
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "figures.h"

int main(int argc, char** argv) {
  using namespace larder::bench;
  std::vector<std::string_view> wanted(argv + 1, argv + argc);
  std::string json;
  if (const auto flag = std::find(wanted.begin(), wanted.end(), "--json"); flag != wanted.end()) {
    if (flag + 1 == wanted.end()) {
      std::fprintf(stderr, "larder-bench-refreshing: --json needs a file\n");
      return 2;
    }
    json = *(flag + 1);
    wanted.erase(flag, flag + 2);
  }
  struct Section {
    std::string_view name;
    bool (*run)(Figures&);
  };
  // memory first: it starts a process of its own, while this one has one thread.
  constexpr Section kSections[] = {
      {"memory", MeasureMemory},     {"cpu", MeasureProcessorTime},
      {"cold", MeasureColdFill},     {"requests", MeasureRequests},
#ifdef LARDER_BENCH_MEMCACHED
      {"recovery", MeasureRecovery},
#endif
  };
  const auto is_known = [&](std::string_view name) {
    return std::ranges::any_of(kSections, [&](const Section& section) { return section.name == name; });
  };
  if (const auto odd = std::ranges::find_if_not(wanted, is_known); odd != wanted.end()) {
    std::string names;
    for (const auto& section : kSections) names += " " + std::string(section.name);
    std::fprintf(stderr, "larder-bench-refreshing: there is no '%s' here; there is:%s\n", std::string(*odd).c_str(),
                 names.c_str());
    return 2;
  }
  Figures figures;
  bool ok = true;
  for (const auto& section : kSections) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), section.name) == wanted.end()) continue;
    std::fflush(stdout);
    Figures own;
    const bool whole = section.run(own);
    if (whole) figures.Take(std::move(own));
    ok = whole && ok;
  }
  if (!json.empty() && !figures.Write(json)) return 3;
  return ok ? 0 : 1;
}
