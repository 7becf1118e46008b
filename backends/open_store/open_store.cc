#include "larder/open_store.h"

#include <array>
#include <string>
#include <utility>

#include "engines.h"
#include "larder/time.h"
#include "store_url.h"

namespace larder {
namespace {

using open_store::StoreResult;
using open_store::StoreUrl;

constexpr bool kRocksDb = LARDER_WITH_ROCKSDB;
constexpr bool kMemcached = LARDER_WITH_MEMCACHED;
constexpr std::string_view kMemcachedOptions =
    "timeout=DURATION, srv_interval=DURATION, scan_timeout=DURATION, connections=N, resolver=IP:PORT";

constexpr std::array<StoreScheme, 5> kSchemes = {{
    {"lmdb", "lmdb:/var/lib/larder", "one file on this machine, read by any number of processes; the default",
     "max_bytes=SIZE, durability=sync|no_meta_sync"},
    {"rocksdb", "rocksdb:/var/lib/larder", "files on this machine, for very many writes",
     "max_bytes=SIZE, durability=sync|os, write_buffer_bytes=SIZE", kRocksDb},
    {"memcached", "memcached://10.0.0.1:11211,10.0.0.2/namespace", "memcached servers, shared by many machines",
     kMemcachedOptions, kMemcached},
    {"memcached+srv", "memcached+srv://_memcached._tcp.example.org/namespace", "the same, the servers listed by DNS",
     kMemcachedOptions, kMemcached},
    {"memory", "memory:", "this process's memory; gone when it ends", "max_bytes=SIZE"},
}};

std::string SchemesText() {
  std::string text = "a store is one of";
  for (const StoreScheme& scheme : kSchemes) {
    text.append(&scheme == kSchemes.data() ? " " : ", ").append(scheme.example);
    if (!scheme.available) text += " (not in this build)";
  }
  return text;
}

[[maybe_unused]] std::unexpected<Error> LeftOut(std::string_view scheme, std::string_view option) {
  return Fail(Errc::unsupported, "this build of Larder leaves the " + std::string(scheme) +
                                     " engine out (CMake option " + std::string(option) + ")");
}

StoreResult OpenParsed(const StoreUrl& url, const OpenStoreOptions& options) {
  if (url.scheme == "lmdb") return open_store::OpenLmdb(url, options);
  if (url.scheme == "memory") return open_store::OpenMemory(url, options);
  if (url.scheme == "rocksdb") {
#if LARDER_WITH_ROCKSDB
    return open_store::OpenRocksDb(url, options);
#else
    return LeftOut(url.scheme, "LARDER_ROCKSDB");
#endif
  }
  if (url.scheme == "memcached" || url.scheme == "memcached+srv") {
#if LARDER_WITH_MEMCACHED
    return open_store::OpenMemcached(url, options);
#else
    return LeftOut("memcached", "LARDER_MEMCACHED");
#endif
  }
  return Fail(Errc::invalid_argument, "there is no engine '" + url.scheme + "'; " + SchemesText());
}

// A store whose old records could not all be rewritten is as good without them: they are fetched again.
void RewriteOldRecords(Store& store, const FormerFormat& former, const Log& log, const std::string& context) {
  const auto rewritten = RewriteFormer(store, former, Now());
  if (!log) return;
  if (!rewritten.has_value()) {
    log(LogLevel::warning, context + ": not all records of format " + std::to_string(former.version) +
                               " were rewritten: " + rewritten.error().ToString());
  } else if (rewritten->read > 0) {
    log(LogLevel::info, context + ": rewrote " + std::to_string(rewritten->written) + " of " +
                            std::to_string(rewritten->read) + " records of format " + std::to_string(former.version));
  }
}

}  // namespace

std::span<const StoreScheme> StoreSchemes() { return kSchemes; }

Result<std::unique_ptr<Store>> OpenStore(std::string_view text, const OpenStoreOptions& options) {
  const std::string context = "store '" + std::string(text) + "'";
  auto url = StoreUrl::Parse(text);
  if (!url.has_value()) {
    Error error = std::move(url).error();
    if (text.starts_with('/') || text.starts_with('.')) {
      error.message = "a path alone; did you mean lmdb:" + std::string(text) + "?";
    }
    error.message += "; " + SchemesText();
    return std::unexpected<Error>(std::move(error).WithContext(context));
  }
  auto store = OpenParsed(*url, options);
  if (store.has_value() && options.former.has_value() && !options.read_only) {
    RewriteOldRecords(**store, *options.former, options.log, context);
  }
  // Other errors name their place by themselves.
  if (store.has_value() || store.error().code != Errc::invalid_argument) return store;
  return std::unexpected<Error>(std::move(store).error().WithContext(context));
}

}  // namespace larder
