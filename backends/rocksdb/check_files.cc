#include <rocksdb/db.h>

#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include "directory.h"
#include "engine.h"
#include "engine_options.h"
#include "larder/rocksdb_check.h"
#include "log_blocks.h"
#include "status.h"

namespace larder {
namespace {

// As in open.cc: a writer may remove a file between the look at the list and the opening of it.
constexpr int kCheckAttempts = 8;
constexpr std::chrono::milliseconds kBetweenChecks{20};

}  // namespace

Result<void> CheckRocksDbFiles(const std::filesystem::path& path) {
  RocksDbOptions options;
  options.path = path;
  options.access = RocksDbAccess::read_only;
  LARDER_RETURN_IF_ERROR(rocks::PrepareDirectory(options.path, options.access));
  std::error_code error;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (name.ends_with(".log") || name.starts_with("MANIFEST-")) LARDER_RETURN_IF_ERROR(rocks::CheckLog(it->path()));
  }
  const auto engine = rocks::MakeEngineOptions(options, std::make_shared<rocks::FilterClock>(),
                                               std::make_shared<rocks::LogBroken>(false));
  rocksdb::Status status;
  for (int attempt = 0; attempt < kCheckAttempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kBetweenChecks);
    rocksdb::DB* opened = nullptr;
    status = rocksdb::DB::OpenForReadOnly(engine, path.string(), &opened);
    const std::unique_ptr<rocksdb::DB> db(opened);
    if (!status.ok()) continue;
    status = db->VerifyChecksum(rocksdb::ReadOptions());
    if (status.ok()) return {};
    if (status.IsCorruption()) break;
  }
  return rocks::FailWith(status, path, "check its files");
}

}  // namespace larder
