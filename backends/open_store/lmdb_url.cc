#include "larder/lmdb_store.h"

#include "engines.h"
#include "url_options.h"

namespace larder::open_store {

StoreResult OpenLmdb(const StoreUrl& url, const OpenStoreOptions& options) {
  LmdbOptions lmdb;
  UrlOptions query(url);
  query.TakeSize("max_bytes", lmdb.max_bytes);
  query.TakeChoice("durability", {{"sync", LmdbDurability::sync}, {"no_meta_sync", LmdbDurability::no_meta_sync}},
                   lmdb.durability);
  LARDER_RETURN_IF_ERROR(query.Finish());
  LARDER_ASSIGN_OR_RETURN(lmdb.path, PathOf(url));
  lmdb.read_only = options.read_only;
  lmdb.log = options.log;
  return OpenLmdbStore(lmdb);
}

}  // namespace larder::open_store
