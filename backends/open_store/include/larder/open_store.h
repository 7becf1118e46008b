// Opens any engine by its URL: the one place that knows them all.
//
//   lmdb:/var/lib/larder?max_bytes=1GiB&durability=sync
//   rocksdb:/var/lib/larder?max_bytes=8GiB&durability=os
//   memcached://10.0.0.1,10.0.0.2:11311/namespace?timeout=500ms
//   memcached+srv://_memcached._tcp.cache.example.org/namespace
//   memory:?max_bytes=64MiB
//
// %xx stands for a byte, in paths, servers and names (a '?' or '%' in a path has to be written so). Relative paths are
// relative to the working directory. A unix socket among memcached's servers is written with %2F for '/'.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/log.h"
#include "larder/rewrite.h"
#include "larder/store.h"

namespace LARDER_API larder {

struct OpenStoreOptions {
  // Engines that keep files neither make them nor take the lock: any number of processes read while one writes. Others
  // ignore it.
  bool read_only = false;
  Log log = {};
  // The version of the records before this release's, and how they are read: opening for writing rewrites them all
  // (larder/rewrite.h), which takes as long as writing them did and is done once. Default: what this release knows.
  std::optional<FormerFormat> former = KnownFormerFormat();
};

// Errors: invalid_argument, with what is wrong in the URL and what is understood; unsupported for an engine that this
// build leaves out; else those of the engine (larder/<engine>_store.h).
Result<std::unique_ptr<Store>> OpenStore(std::string_view url, const OpenStoreOptions& options = {});

// For help texts.
struct StoreScheme {
  std::string_view name;     // "lmdb"
  std::string_view example;  // "lmdb:/var/lib/larder"
  std::string_view keeps;    // one line: what it is for
  std::string_view options;  // "max_bytes=SIZE, durability=sync|no_meta_sync"
  bool available = true;     // false: this build leaves it out
};
std::span<const StoreScheme> StoreSchemes();

}  // namespace larder
