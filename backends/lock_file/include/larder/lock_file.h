// One writing process a store directory: an flock on <directory>/larder.lock, whose text names the holder.
#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "larder/api.h"
#include "larder/error.h"

namespace LARDER_API larder {

// Holds the lock from Acquire to destruction, or until the process dies, however it dies. Movable; not safe for
// concurrent use of one object. The lock belongs to an open file: a second Acquire of the same directory fails in the
// same process too. A forked child shares it: the lock is free when parent and child have both let go. exec drops it.
// flock is only as good as the file system: on NFS it needs a lock server, and between hosts it cannot see a dead one.
class LockFile {
 public:
  static constexpr std::string_view kFileName = "larder.lock";

  // Takes the lock at once or fails; never waits. The directory must exist. Errors:
  //   unavailable        another holder: the message gives the lock's path and the holder's pid, host, program and
  //                      since when; or the system refuses for now (no descriptors, disk full)
  //   permission_denied  the file may not be opened or made, or the file system is read-only
  //   invalid_argument   the directory is none, or the lock's name is taken by something that is not a plain file
  //   not_found          there is no such directory
  static Result<LockFile> Acquire(const std::filesystem::path& directory);

  LockFile(LockFile&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  LockFile& operator=(LockFile&& other) noexcept;
  // Lets go of this process's hold. The file stays: removing it would let two processes lock two files of one name.
  ~LockFile();

  const std::filesystem::path& path() const { return path_; }

 private:
  LockFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace larder
