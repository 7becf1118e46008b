// The store as a row of stretches, each about one file of the last level: rewriting them one by one needs little room.
#pragma once

#include <optional>
#include <vector>

#include "engine.h"
#include "larder/key.h"

namespace larder::rocks {

struct Stretch {
  Key first;
  std::optional<Key> last;  // inclusive; unset: to the end of the store
};

// Every stretch at or after `from`, in key order, without a gap. Never empty.
std::vector<Stretch> StretchesFrom(rocksdb::DB& db, const Key& from);

// Rewrites everything in the stretch down to the last level, which drops what is deleted or expired. Takes about as
// long as writing a file or two (the first after many writes: what lies in the upper levels too).
Result<void> Rewrite(rocksdb::DB& db, const Stretch& stretch);

}  // namespace larder::rocks
