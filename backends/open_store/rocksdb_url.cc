#include "larder/rocksdb_store.h"

#include "engines.h"
#include "url_options.h"

namespace larder::open_store {

StoreResult OpenRocksDb(const StoreUrl& url, const OpenStoreOptions& options) {
  RocksDbOptions rocksdb;
  UrlOptions query(url);
  query.TakeSize("max_bytes", rocksdb.max_bytes);
  query.TakeSize("write_buffer_bytes", rocksdb.write_buffer_bytes);
  query.TakeChoice("durability", {{"sync", RocksDbDurability::sync}, {"os", RocksDbDurability::os}},
                   rocksdb.durability);
  LARDER_RETURN_IF_ERROR(query.Finish());
  LARDER_ASSIGN_OR_RETURN(rocksdb.path, PathOf(url));
  // A follower sees what is written after it was opened; a read-only open does not.
  if (options.read_only) rocksdb.access = RocksDbAccess::secondary;
  rocksdb.log = options.log;
  return OpenRocksDbStore(rocksdb);
}

}  // namespace larder::open_store
