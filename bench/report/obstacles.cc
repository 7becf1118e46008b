#include "report/obstacles.h"

#include <algorithm>
#include <utility>

namespace larder::bench {
namespace {

// Figures are of the command beside them, run once for this text; callgrind counts instructions, which other programs
// do not disturb.
const std::vector<Obstacle>& KnownObstacles() {
  static const std::vector<Obstacle> kKnown = {
      {{"Image() on LMDB / a touched get, 1,000,000 images", "the same, 10,000 images"},
       "In instructions of Image() on 10,000 images: the engine's look-up 43 %, checksum and header 14 %, the reader's "
       "slot and transaction 11 %, canonical name and key 9 %, name, tag and ranges 6 %, the structure 4 %, labels 3 "
       "%, "
       "the copy 3 %, the rest 7 %. A bare get is the first and the third. The rest is what makes a read safe: every "
       "record is checked as if a stranger had written it.",
       "./dev bench --profile lmdb/get/cache 'larder::Cache::Image(*'"},
      {{"1,000 GETs: ours / a bare curl loop's"},
       "Of the network thread's time 40 % is inside curl_multi_socket_action (libcurl itself, with its system calls), "
       "19 % malloc and free (209 allocations a GET where the loop makes 18), 18 % reading what the loop throws away "
       "(configs 6 %, manifests 5.5 %, digests 6 %), 7 % making and ending an easy handle a request; URLs are 5 %, the "
       "rest coroutines and slots. System calls are fewer than the loop's: 2 polls and 1.9 epoll_waits a GET where the "
       "loop makes 5 polls.",
       "perf record --call-graph dwarf build/bench/bench/larder-bench-refreshing cpu"},
  };
  return kKnown;
}

}  // namespace

std::vector<Obstacle> ObstaclesOf(const Table& bars) {
  const auto is_missed = [&](const std::string& bar) {
    return std::ranges::any_of(bars.rows, [&](const auto& row) { return row.front() == bar && row[3] == "not met"; });
  };
  std::vector<Obstacle> obstacles;
  for (Obstacle obstacle : KnownObstacles()) {
    std::erase_if(obstacle.bars, [&](const std::string& bar) { return !is_missed(bar); });
    if (!obstacle.bars.empty()) obstacles.push_back(std::move(obstacle));
  }
  return obstacles;
}

}  // namespace larder::bench
