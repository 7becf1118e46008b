// Chooses what goes when the bound is met: what expires first (EvictionPoint), found by sweeps over the headers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "larder/collect.h"
#include "larder/error.h"
#include "larder/key.h"

#include "environment.h"

namespace larder::lmdb {

// Keeps its place between calls: one sweep finds the point up to which records have to go, a second one finds them, and
// whoever evicts takes from it as much as is needed. Guarded by Environment::write_mutex.
class Evictor {
 public:
  struct Victims {
    std::vector<Key> keys;    // in key order
    std::uint64_t bytes = 0;  // that they take in their pages
  };

  // The next ones, at most `count`; none where nothing is left to evict. A new sweep plans for `plan_bytes`.
  Result<Victims> Next(Environment& environment, std::size_t count, std::uint64_t plan_bytes);

 private:
  Result<void> Plan(Environment& environment, std::uint64_t bytes);
  Result<Victims> Take(Environment& environment, std::size_t count);

  struct Sweep {
    EvictionPoint point;
    Key next;  // where it goes on
  };
  std::optional<Sweep> sweep_;
};

}  // namespace larder::lmdb
