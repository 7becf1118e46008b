// Chooses what goes when the bound is met, in the order of EvictionPoint, found by sweeps over the headers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "larder/collect.h"
#include "larder/error.h"
#include "larder/key.h"

#include "environment.h"

namespace larder::lmdb {

// Keeps its place between calls: one sweep finds the point up to which records have to go, a second one finds them, and
// whoever evicts takes from it as much as is needed. What is dead (rank 0) when a sweep is planned goes in a sweep of
// its own, before anything that lives; what dies later goes with the sweep where it is still ahead, else with the next,
// for no sweep is followed longer than kPlanLasts. Guarded by Environment::write_mutex.
class Evictor {
 public:
  static constexpr std::chrono::minutes kPlanLasts{1};  // a sweep costs 135 ms a million records

  struct Victims {
    std::vector<Key> keys;    // in key order
    std::uint64_t bytes = 0;  // that they take in their pages
  };

  // The next ones at `now`, at most `count`; none where nothing is left to evict. A new sweep plans for `plan_bytes`.
  Result<Victims> Next(Environment& environment, Time now, std::size_t count, std::uint64_t plan_bytes);

 private:
  Result<void> Plan(Environment& environment, Time now, std::uint64_t bytes);
  Result<Victims> Take(Environment& environment, Time now, std::size_t count);

  struct Sweep {
    EvictionPoint point;
    Key next;  // where it goes on
    Time planned;
  };
  std::optional<Sweep> sweep_;
};

}  // namespace larder::lmdb
