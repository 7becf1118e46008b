#include "larder/check_files.h"

#include <utility>

#include "larder/lmdb_check.h"
#if LARDER_WITH_ROCKSDB
#include "larder/rocksdb_check.h"
#endif
#include "store_url.h"

namespace larder {

Result<FilesCheck> CheckFiles(std::string_view text,
                              const std::function<void(const Key& key, std::span<const std::byte> record)>& visit) {
  LARDER_ASSIGN_OR_RETURN(const auto url, open_store::StoreUrl::Parse(text));
  FilesCheck check;
  if (url.scheme == "lmdb") {
    LARDER_ASSIGN_OR_RETURN(const auto path, open_store::PathOf(url));
    LARDER_ASSIGN_OR_RETURN(auto lmdb, CheckLmdbFile(path, visit));
    check.visited = true;
    check.faults = lmdb.faults;
    check.texts = std::move(lmdb.texts);
  }
#if LARDER_WITH_ROCKSDB
  if (url.scheme == "rocksdb") {
    LARDER_ASSIGN_OR_RETURN(const auto path, open_store::PathOf(url));
    if (auto files = CheckRocksDbFiles(path); !files.has_value()) {
      if (files.error().code != Errc::corruption) return std::unexpected<Error>(std::move(files).error());
      check.faults = 1;
      check.texts.push_back(std::move(files).error().message);
    }
  }
#endif
  return check;
}

Result<std::optional<std::filesystem::path>> StoreDirectory(std::string_view text) {
  LARDER_ASSIGN_OR_RETURN(const auto url, open_store::StoreUrl::Parse(text));
  if (url.scheme != "lmdb" && url.scheme != "rocksdb") return std::nullopt;
  LARDER_ASSIGN_OR_RETURN(auto path, open_store::PathOf(url));
  return std::filesystem::path(std::move(path));
}

}  // namespace larder
