#include "open_table.h"

#include <sys/stat.h>

#include <cerrno>
#include <list>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "lmdb_error.h"
#include "store_marker.h"

namespace larder::lmdb {

struct OpenEntry {
  dev_t device = 0;
  ino_t inode = 0;
  int handles = 0;
  int writing = 0;  // of the handles
  std::unique_ptr<Environment> environment;
  std::unique_ptr<Writer> writer;  // after the environment: it goes first
};

namespace {

// The one global of Larder, for the reason that open_table.h gives. Opening and closing hold the mutex throughout, so
// that nobody opens a directory while it is being closed. Never destroyed: stores may be closed by other globals'
// destructors.
struct OpenTable {
  std::mutex mutex;
  std::list<OpenEntry> entries;
};
OpenTable& Table() {
  static auto& table = *new OpenTable;
  return table;
}

std::unexpected<Error> NoStore(const std::filesystem::path& path) {
  return Fail(Errc::not_found,
              "lmdb " + path.string() + ": there is no store here; open it for writing once to make it");
}

Result<struct stat> Examine(const LmdbOptions& options) {
  const std::filesystem::path& path = options.path;
  if (path.empty()) return Fail(Errc::invalid_argument, "lmdb: no path is given; name a directory");
  if (!options.read_only) {
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (failed) return FailLmdb(path, "cannot make the directory", failed.value());
  }
  struct stat directory{};
  if (::stat(path.c_str(), &directory) != 0) {
    if (errno == ENOENT && options.read_only) return NoStore(path);
    return FailLmdb(path, "cannot examine", errno);
  }
  if (!S_ISDIR(directory.st_mode))
    return Fail(Errc::invalid_argument,
                "lmdb " + path.string() + ": is not a directory, as an LMDB store is; use another path");
  struct stat file{};
  const bool empty = ::stat((path / "data.mdb").c_str(), &file) != 0 || file.st_size == 0;
  if (empty && ::stat((path / "CURRENT").c_str(), &file) == 0) {
    return Fail(Errc::invalid_argument, "lmdb " + path.string() + ": holds a RocksDB store; open it as rocksdb:");
  }
  if (options.read_only && empty) return NoStore(path);
  return directory;
}

OpenEntry* Find(OpenTable& table, const struct stat& directory) {
  for (OpenEntry& entry : table.entries) {
    // A parent's entry is of no use to its forked child.
    if (entry.device == directory.st_dev && entry.inode == directory.st_ino && !entry.environment->Forked())
      return &entry;
  }
  return nullptr;
}

// REQUIRES: the table's mutex.
void CloseUnused(OpenTable& table, OpenEntry* entry) {
  if (entry->writing == 0) entry->writer.reset();
  if (entry->handles > 0) return;
  table.entries.remove_if([&](const OpenEntry& each) { return &each == entry; });
}

Result<void> Prepare(OpenEntry& entry, const LmdbOptions& options, OpenHandle::Marker marker) {
  if (!entry.environment->FileIsTheSame()) {
    return Fail(Errc::unavailable, "lmdb " + options.path.string() +
                                       ": data.mdb was removed or replaced while this process "
                                       "has it open; close every store on it first");
  }
  if (options.read_only) {
    if (marker == OpenHandle::Marker::unread) return {};
    LARDER_ASSIGN_OR_RETURN(const auto found, LoadMarker(*entry.environment));
    return found.has_value() ? Result<void>() : NoStore(options.path);
  }
  if (entry.writer != nullptr) return {};
  LARDER_ASSIGN_OR_RETURN(entry.writer, Writer::Open(*entry.environment, options));
  return {};
}

}  // namespace

Result<OpenHandle> OpenHandle::Open(const LmdbOptions& options, Marker marker) {
  OpenTable& table = Table();
  const std::scoped_lock lock(table.mutex);
  LARDER_ASSIGN_OR_RETURN(const struct stat directory, Examine(options));
  OpenEntry* entry = Find(table, directory);
  if (entry == nullptr) {
    const auto access = options.read_only ? Environment::Access::existing : Environment::Access::create;
    LARDER_ASSIGN_OR_RETURN(auto environment, Environment::Open(options.path, access));
    entry = &table.entries.emplace_back();
    entry->device = directory.st_dev;
    entry->inode = directory.st_ino;
    entry->environment = std::move(environment);
  }
  if (auto prepared = Prepare(*entry, options, marker); !prepared.has_value()) {
    CloseUnused(table, entry);
    return std::unexpected<Error>(std::move(prepared).error());
  }
  OpenHandle handle;
  handle.entry_ = entry;
  handle.environment_ = entry->environment.get();
  handle.writer_ = options.read_only ? nullptr : entry->writer.get();
  ++entry->handles;
  if (!options.read_only) ++entry->writing;
  return handle;
}

OpenHandle::OpenHandle(OpenHandle&& other) noexcept
    : entry_(std::exchange(other.entry_, nullptr)), environment_(other.environment_), writer_(other.writer_) {}

OpenHandle::~OpenHandle() {
  if (entry_ == nullptr || environment_->Forked()) return;
  OpenTable& table = Table();
  const std::scoped_lock lock(table.mutex);
  --entry_->handles;
  if (writer_ != nullptr) --entry_->writing;
  CloseUnused(table, entry_);
}

}  // namespace larder::lmdb
