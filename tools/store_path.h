// Which store a command uses, and opening it.
#pragma once

#include <memory>
#include <string>

#include "commands.h"
#include "larder/error.h"
#include "larder/store.h"

namespace larder::tool {

// lmdb:$XDG_CACHE_HOME/larder, or ~/.cache/larder. invalid_argument where neither variable is set.
Result<std::string> DefaultStoreUrl(const Console& console);

// What --store names, or the default.
Result<std::string> StoreUrlOf(const Console& console, const Common& common);

enum class StoreUse { read, write };
// Opens what --store names. Reading never creates: a store that is not there is not_found, with what to do.
Result<std::shared_ptr<Store>> OpenForCommand(const Console& console, const Common& common, StoreUse use);

// The same error as OpenForCommand gives it, for a store that was opened otherwise.
Error ExplainOpen(const std::string& url, Error error);
// Report for what OpenForCommand answers: with advice for a store, where Report's is for a registry.
Exit ReportStore(const Console& console, const Error& error);

}  // namespace larder::tool
