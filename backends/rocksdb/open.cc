#include <rocksdb/db.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "directory.h"
#include "engine.h"
#include "engine_options.h"
#include "larder/lock_file.h"
#include "larder/rocksdb_store.h"
#include "larder/time.h"
#include "marker_record.h"
#include "rocks_store.h"
#include "status.h"

namespace larder {
namespace {

namespace fs = std::filesystem;

// A writer may remove a file between our reading of its list and our opening of it, or leave a log for a file that the
// list does not name yet: a later look finds all in its place.
constexpr int kReadAttempts = 20;
constexpr std::chrono::milliseconds kBetweenAttempts{20};

Result<fs::path> MakeScratch() {
  std::error_code error;
  std::string pattern = (fs::temp_directory_path(error) / "larder-secondary-XXXXXX").string();
  if (error || mkdtemp(pattern.data()) == nullptr) {
    const std::string reason = error ? error.message() : std::generic_category().message(errno);
    return Fail(Errc::unavailable, "rocksdb: " + pattern + ": cannot make a directory for the secondary: " + reason +
                                       "; set TMPDIR, or give a secondary path");
  }
  return fs::path(pattern);
}

Result<std::unique_ptr<rocksdb::DB>> OpenForWriting(const rocksdb::Options& engine, const fs::path& path) {
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(engine, path.string(), &db);
  if (status.ok()) return std::unique_ptr<rocksdb::DB>(db);
  LARDER_RETURN_IF_ERROR(rocks::CheckForeignLock(path));
  if (status.IsIOError()) LARDER_RETURN_IF_ERROR(rocks::CheckTables(path));
  return rocks::FailWith(status, path, "open it");
}

Result<std::unique_ptr<rocksdb::DB>> OpenForReading(const rocksdb::Options& engine, const fs::path& path,
                                                    const fs::path& secondary) {
  rocksdb::DB* db = nullptr;
  const auto status = secondary.empty() ? rocksdb::DB::OpenForReadOnly(engine, path.string(), &db)
                                        : rocksdb::DB::OpenAsSecondary(engine, path.string(), secondary.string(), &db);
  if (status.ok()) return std::unique_ptr<rocksdb::DB>(db);
  return rocks::FailWith(status, path, "open it for reading");
}

Result<StoreMarker> TryOpen(const rocksdb::Options& tuning, const fs::path& secondary, rocks::Engine& engine) {
  LARDER_ASSIGN_OR_RETURN(engine.db, OpenForReading(tuning, engine.path, secondary));
  return rocks::LoadMarker(engine, Now());
}

// The database open in `engine`, and its marker.
Result<StoreMarker> OpenWithMarker(const rocksdb::Options& tuning, const fs::path& secondary, rocks::Engine& engine) {
  for (int attempt = 1;; ++attempt) {
    auto marker = TryOpen(tuning, secondary, engine);
    const bool settled = marker.has_value() || marker.error().code == Errc::unsupported;
    if (settled || attempt == kReadAttempts) return marker;
    engine.db.reset();
    std::this_thread::sleep_for(kBetweenAttempts);
  }
}

rocks::Engine DescribeEngine(const RocksDbOptions& options) {
  rocks::Engine engine;
  engine.path = options.path;
  engine.access = options.access;
  engine.durability = options.durability;
  engine.max_bytes = options.max_bytes;
  engine.clock = std::make_shared<rocks::FilterClock>();
  engine.log_broken = std::make_shared<rocks::LogBroken>(false);
  engine.log = options.log;
  return engine;
}

}  // namespace

Result<std::unique_ptr<Store>> OpenRocksDbStore(const RocksDbOptions& options) {
  LARDER_RETURN_IF_ERROR(rocks::CheckOptions(options));
  LARDER_RETURN_IF_ERROR(rocks::PrepareDirectory(options.path, options.access));
  rocks::Holdings holdings;
  rocks::Engine engine = DescribeEngine(options);
  const rocksdb::Options tuning = rocks::MakeEngineOptions(options, engine.clock, engine.log_broken);
  engine.disk_reserve = 4 * tuning.write_buffer_size;

  StoreMarker marker;
  if (options.access == RocksDbAccess::read_write) {
    LARDER_ASSIGN_OR_RETURN(holdings.lock, LockFile::Acquire(options.path));
    LARDER_ASSIGN_OR_RETURN(engine.db, OpenForWriting(tuning, options.path));
    LARDER_ASSIGN_OR_RETURN(marker, rocks::LoadMarker(engine, Now()));
  } else {
    fs::path secondary = options.access == RocksDbAccess::secondary ? options.secondary_path : fs::path();
    if (options.access == RocksDbAccess::secondary && secondary.empty()) {
      LARDER_ASSIGN_OR_RETURN(secondary, MakeScratch());
      holdings.scratch.emplace(secondary);
    }
    LARDER_ASSIGN_OR_RETURN(marker, OpenWithMarker(tuning, secondary, engine));
  }
  return std::make_unique<rocks::RocksStore>(std::move(holdings), std::move(engine), marker, options.catch_up);
}

}  // namespace larder
