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
       "slot and transaction 11 %, canonical name and key 9 %, name, tag and ranges 6 %, the structure 4 %, "
       "labels 3 %, the copy 3 %, the rest 7 %. A bare get is the first and the third. The rest is what makes a read "
       "safe: every "
       "record is checked as if a stranger had written it.",
       "./dev bench --profile lmdb/get/cache 'larder::Cache::Image(*'"},
      {{"1,000 GETs: ours / a bare curl loop's"},
       "Of the network thread's time libcurl takes 23 %, the kernel 20 % and the C library's text and copies 9 %: what "
       "the bare loop is made of. 16 % is malloc and free, some of it libcurl's; 3 % digests and 3 % JSON, of which "
       "the loop has none; the remaining quarter is coroutines, slots, limits, headers and URLs.",
       "LARDER_BENCH_ROUNDS=4 perf record -F 4000 build/bench/bench/larder-bench-refreshing cpu"},
      {{"memcached, our time outside of libmemcached: a get"},
       "Of the 8,800 instructions of Image() 69 % are libmemcached's two calls, 11 % the check of the record, 5 % "
       "borrowing a connection and giving it back, 4 % the key, 3 % its text, the rest the choice of a server and the "
       "copy. Ours are 2,700: what takes 150 ns a key in GetMany, where they are in the processor's caches, takes 2 us "
       "after each wait for the server, a process that runs on the same processors in between.",
       "./dev bench --profile memcached/get/cache 'larder::Cache::Image(*'"},
      {{"growth of a start, RocksDB"},
       "Not profiled. RocksDB opens each of its files when it starts, with index and filter (max_open_files -1, which "
       "is what makes reads cost one look-up): 10,000 images are one file, a million are dozens. The bar of the design "
       "is 150 ms at a million.",
       ""},
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
  const auto is_told = [&](const std::string& bar) {
    return std::ranges::any_of(obstacles, [&](const Obstacle& each) { return std::ranges::count(each.bars, bar) > 0; });
  };
  for (const auto& row : bars.rows) {
    if (row[3] == "not met" && !is_told(row.front())) obstacles.push_back({{row.front()}, "Not profiled yet.", ""});
  }
  return obstacles;
}

}  // namespace larder::bench
