#include "larder/memory_store.h"

#include "engines.h"
#include "url_options.h"

namespace larder::open_store {

StoreResult OpenMemory(const StoreUrl& url, const OpenStoreOptions&) {
  MemoryOptions memory;
  UrlOptions query(url);
  query.TakeSize("max_bytes", memory.max_bytes);
  LARDER_RETURN_IF_ERROR(query.Finish());
  if (!url.rest.empty() && url.rest != "//") {
    return Fail(Errc::invalid_argument, "a memory store has no path, and '" + url.rest + "' is given");
  }
  return OpenMemoryStore(memory);
}

}  // namespace larder::open_store
