// How each engine reads its URL. One file an engine; those that the build leaves out have none.
#pragma once

#include <memory>

#include "larder/error.h"
#include "larder/open_store.h"
#include "larder/store.h"

#include "store_url.h"

namespace larder::open_store {

using StoreResult = Result<std::unique_ptr<Store>>;

StoreResult OpenLmdb(const StoreUrl& url, const OpenStoreOptions& options);
StoreResult OpenMemory(const StoreUrl& url, const OpenStoreOptions& options);
#if LARDER_WITH_ROCKSDB
StoreResult OpenRocksDb(const StoreUrl& url, const OpenStoreOptions& options);
#endif
#if LARDER_WITH_MEMCACHED
StoreResult OpenMemcached(const StoreUrl& url, const OpenStoreOptions& options);
#endif

}  // namespace larder::open_store
