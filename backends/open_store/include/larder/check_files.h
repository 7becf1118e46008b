// What lies below the records: the files of a store, checked as its engine knows them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/key.h"

namespace LARDER_API larder {

struct FilesCheck {
  std::uint64_t faults = 0;
  std::vector<std::string> texts;  // of the first of them: what and where
  bool visited = false;            // the records were given to `visit` on the way; else read them from the store
};

// For lmdb and rocksdb; for the others there is nothing to check, and the answer says so. Reads only; another process
// may write meanwhile. A damaged LMDB file can end the process (larder/lmdb_check.h): call it in a child. Errors: the
// URL's, as OpenStore's; those of opening for reading.
Result<FilesCheck> CheckFiles(std::string_view url,
                              const std::function<void(const Key& key, std::span<const std::byte> record)>& visit);

// Where a store keeps its files; nothing for one that keeps none. Errors: the URL's.
Result<std::optional<std::filesystem::path>> StoreDirectory(std::string_view url);

}  // namespace larder
