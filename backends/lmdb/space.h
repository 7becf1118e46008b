// How full a store is, what a batch may need, and who keeps freed pages from being used again.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "larder/error.h"
#include "larder/store.h"

#include "environment.h"

namespace larder::lmdb {

// In pages, at one moment.
struct Space {
  std::uint64_t map = 0;   // as far as the file may grow
  std::uint64_t end = 0;   // the page after the last one in use
  std::uint64_t used = 0;  // end, less what is free
  std::uint64_t branch = 0;
  std::uint64_t depth = 0;    // of the tree
  std::uint64_t records = 0;  // with the marker
  std::uint64_t tail() const { return map - end; }
};
Result<Space> MeasureSpace(const Environment& environment, const ReadTxn& txn);

// Pages that LMDB can use again now, and those that it cannot yet: a reader, or the last commit, may still look at
// them.
struct FreePages {
  std::uint64_t reusable = 0;
  std::uint64_t held = 0;
};
// Reads the whole list of free pages.
Result<FreePages> CountFreePages(const Environment& environment, const ReadTxn& txn);

// The oldest snapshot that any process holds which is older than the last commit.
struct OldReader {
  pid_t pid = 0;
  std::size_t txnid = 0;
};
std::optional<OldReader> FindOldReader(const Environment& environment);

// What a batch takes at worst.
struct BatchCost {
  std::uint64_t pages = 0;      // written by its transaction; most of them replace pages that are free after it
  std::uint64_t net_pages = 0;  // by which the store grows
  std::uint64_t bytes = 0;      // of keys, records and their places in a page
};
BatchCost CostOf(std::span<const WriteOp* const> ops, const Space& space);
// Of that many puts of small records, or removals.
BatchCost CostOfPuts(std::uint64_t count, const Space& space);
BatchCost CostOfRemovals(std::uint64_t count, const Space& space);
// What a record takes in its page, or its pages.
std::uint64_t BytesInPages(std::uint64_t record_bytes);

}  // namespace larder::lmdb
