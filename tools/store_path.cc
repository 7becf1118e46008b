#include "store_path.h"

#include <ostream>

#include "failure.h"
#include "larder/open_store.h"

namespace larder::tool {

Result<std::string> DefaultStoreUrl(const Console& console) {
  if (const auto cache = console.Env("XDG_CACHE_HOME"); cache.starts_with('/')) return "lmdb:" + cache + "/larder";
  if (const auto home = console.Env("HOME"); home.starts_with('/')) return "lmdb:" + home + "/.cache/larder";
  return Fail(Errc::invalid_argument,
              "neither XDG_CACHE_HOME nor HOME is set: say where the cache is with --store URL");
}

Result<std::string> StoreUrlOf(const Console& console, const Common& common) {
  return common.store.empty() ? DefaultStoreUrl(console) : common.store;
}

Error ExplainOpen(const std::string& url, Error error) {
  if (error.code != Errc::not_found) return error;
  return Error{Errc::not_found, "there is no cache at " + url + " yet; larder refresh REF... makes and fills it"};
}

Result<std::shared_ptr<Store>> OpenForCommand(const Console& console, const Common& common, StoreUse use) {
  LARDER_ASSIGN_OR_RETURN(const std::string url, StoreUrlOf(console, common));
  OpenStoreOptions options;
  options.read_only = use == StoreUse::read;
  if (console.verbosity > 0) {
    options.log = [err = console.err](LogLevel, std::string_view message) { *err << message << '\n'; };
  }
  auto store = OpenStore(url, options);
  if (!store.has_value()) return std::unexpected<Error>(ExplainOpen(url, std::move(store).error()));
  return std::shared_ptr<Store>(std::move(*store));
}

Exit ReportStore(const Console& console, const Error& error) {
  std::string_view advice;
  if (error.code == Errc::permission_denied) advice = "larder doctor says who may read and write the store";
  if (error.code == Errc::invalid_argument)
    advice = "name a store with --store URL or LARDER_STORE: lmdb:/path, rocksdb:/path, ...";
  if (error.code == Errc::corruption) advice = "if it was a store: remove it and refresh, which fills it anew";
  if (error.code == Errc::unsupported) advice = "larder --version says which release this is";
  return Report(console, error, advice);
}

}  // namespace larder::tool
