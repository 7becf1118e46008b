#include "directory.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "larder/lock_file.h"

namespace larder::rocks {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> Refuse(Errc code, const fs::path& path, std::string_view text) {
  return Fail(code, "rocksdb: " + path.string() + ": " + std::string(text));
}

Result<void> CheckAccess(const fs::path& path, RocksDbAccess access) {
  if (::access(path.c_str(), R_OK | X_OK) != 0) {
    return Refuse(Errc::permission_denied, path,
                  "this process may not read the directory: run as its owner, or change its mode");
  }
  if (access == RocksDbAccess::read_write && ::access(path.c_str(), W_OK) != 0) {
    return Refuse(Errc::permission_denied, path,
                  "this process may not write to the directory: run as its owner, or change its mode");
  }
  return {};
}

// What RocksDB leaves when it is killed while it makes a new database.
bool IsOfUnfinishedStore(std::string_view name) {
  if (name == LockFile::kFileName || name == "LOCK" || name == "IDENTITY" || name == "lost+found") return true;
  for (std::string_view prefix : {"LOG", "MANIFEST-", "OPTIONS-"}) {
    if (name.starts_with(prefix)) return true;
  }
  return name.ends_with(".dbtmp") || name.ends_with(".log");
}

// "" where nothing in the directory speaks against a new store.
std::string FirstForeignFile(const fs::path& path) {
  std::error_code error;
  std::string first;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (!IsOfUnfinishedStore(name) && (first.empty() || name < first)) first = std::move(name);
  }
  return first;
}

Result<void> MakeDirectory(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return {};
  const bool no_place = error == std::errc::not_a_directory;
  const bool denied = error == std::errc::permission_denied || error == std::errc::read_only_file_system ||
                      error == std::errc::operation_not_permitted;
  return Refuse(no_place ? Errc::invalid_argument
                : denied ? Errc::permission_denied
                         : Errc::unavailable,
                path, "cannot make the directory: " + error.message() + "; make it, or use another path");
}

// The magic number of RocksDB's block-based tables, as it stands at the end of the file.
constexpr std::array<unsigned char, 8> kTableEnd = {0xF7, 0xCF, 0xF4, 0x85, 0xB7, 0x41, 0xE2, 0x88};

bool EndsAsTable(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, kTableEnd.size()> end{};
  file.seekg(-static_cast<std::streamoff>(end.size()), std::ios::end);
  file.read(end.data(), end.size());
  return file.good() && std::equal(end.begin(), end.end(), kTableEnd.begin(),
                                   [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; });
}

std::string ProgramOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(file, name);
  return name.empty() ? "an unknown program" : name;
}

}  // namespace

Result<void> PrepareDirectory(const fs::path& path, RocksDbAccess access) {
  const bool writes = access == RocksDbAccess::read_write;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    if (!writes) return Refuse(Errc::not_found, path, "there is no such store; open it for writing once to make it");
    return MakeDirectory(path);
  }
  if (error)
    return Refuse(Errc::permission_denied, path,
                  "cannot look at it: " + error.message() + "; run as its owner, or change its mode");
  if (status.type() != fs::file_type::directory) {
    return Refuse(Errc::invalid_argument, path, "is not a directory, as a RocksDB store is; use another path");
  }
  LARDER_RETURN_IF_ERROR(CheckAccess(path, access));
  if (fs::exists(path / "CURRENT", error)) return {};
  const std::string foreign = FirstForeignFile(path);
  if (foreign == "data.mdb") return Refuse(Errc::invalid_argument, path, "holds an LMDB store; open it as lmdb:");
  if (!foreign.empty()) {
    return Refuse(Errc::invalid_argument, path,
                  "is not a RocksDB store: it holds other files ('" + foreign + "'); use another path");
  }
  if (!writes)
    return Refuse(Errc::not_found, path, "is an empty directory, not a store; open it for writing once to make one");
  return {};
}

Result<void> CheckForeignLock(const fs::path& path) {
  const fs::path lock_path = path / "LOCK";
  const int fd = open(lock_path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return {};
  struct flock held{};
  held.l_type = F_WRLCK;
  held.l_whence = SEEK_SET;
  const bool known = fcntl(fd, F_GETLK, &held) == 0;
  close(fd);
  if (!known || held.l_type == F_UNLCK) return {};
  return Refuse(Errc::unavailable, path,
                "the store is held by pid " + std::to_string(held.l_pid) + " (" + ProgramOf(held.l_pid) +
                    "), which is not a Larder of this release, through the lock " + lock_path.string() +
                    ": end that program, or open the store for reading");
}

Result<void> CheckTables(const fs::path& path) {
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".sst" && !EndsAsTable(it->path())) {
      return Refuse(Errc::corruption, it->path(),
                    "is cut short; the store is damaged: move its directory away, it is filled again");
    }
  }
  return {};
}

Result<void> CheckFreeSpace(const fs::path& path, std::uint64_t bytes) {
  struct statvfs disk{};
  if (statvfs(path.c_str(), &disk) != 0) return {};  // the write itself will tell
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free >= bytes) return {};
  return Refuse(Errc::unavailable, path,
                "the disk is full, no space is left to write: " + std::to_string(free) + " bytes are free, and " +
                    std::to_string(bytes) + " are needed; make room on the disk, then writing goes on");
}

std::uint64_t DirectoryBytes(const fs::path& path) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const bool plain = it->is_regular_file(gone);
    const std::uint64_t size = plain && !gone ? it->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace larder::rocks
