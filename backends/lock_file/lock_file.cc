#include "larder/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <string>
#include <system_error>

namespace larder {
namespace {

// What the lock file says at most; a longer one is not ours and is cut.
constexpr std::size_t kMaxHolderText = 512;

std::string ReasonOf(int error) { return std::generic_category().message(error); }

Errc CodeOf(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::permission_denied;
    case ENOENT:
      return Errc::not_found;
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENXIO:
      return Errc::invalid_argument;
    default:
      return Errc::unavailable;
  }
}

std::unexpected<Error> FailAt(const std::filesystem::path& path, std::string_view what, int error) {
  return Fail(CodeOf(error), "lock " + path.string() + ": " + std::string(what) + ": " + ReasonOf(error));
}

std::string HostName() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return "unknown host";
  return name;
}

std::string NowText() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  char text[32] = {};
  gmtime_r(&now, &utc);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

// One line for people. The program's name without its arguments, which may hold secrets.
std::string HolderText() {
  return "pid " + std::to_string(getpid()) + " on " + HostName() + " (" + program_invocation_short_name + ") since " +
         NowText();
}

// Only what prints: the text goes into messages, and anybody who may write the directory may have written it.
std::string ReadHolder(int fd) {
  char buffer[kMaxHolderText];
  const ssize_t got = pread(fd, buffer, sizeof buffer, 0);
  std::string text;
  for (ssize_t i = 0; i < got && buffer[i] != '\n'; ++i) {
    if (buffer[i] >= ' ' && buffer[i] <= '~') text += buffer[i];
  }
  return text;
}

std::unexpected<Error> Held(const std::filesystem::path& path, int fd) {
  const std::string holder = ReadHolder(fd);
  std::string text = "the store is being written by ";
  text += holder.empty() ? "another process, which left no name" : holder;
  text += ", which holds the lock " + path.string();
  return Fail(Errc::unavailable, std::move(text));
}

// A missing text costs a later process only the name of this one.
void WriteHolder(int fd) {
  const std::string text = HolderText().substr(0, kMaxHolderText - 1) + "\n";
  if (ftruncate(fd, 0) == 0 && pwrite(fd, text.data(), text.size(), 0) < 0) return;
}

}  // namespace

Result<LockFile> LockFile::Acquire(const std::filesystem::path& directory) {
  std::filesystem::path path = directory / kFileName;
  // O_NONBLOCK: opening a FIFO of that name must not hang. O_NOFOLLOW: the text is written through no link.
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (fd < 0) return FailAt(path, "cannot open", errno);
  LockFile lock(std::move(path), fd);
  struct stat status{};
  if (fstat(fd, &status) != 0) return FailAt(lock.path_, "cannot examine", errno);
  if (!S_ISREG(status.st_mode)) return Fail(Errc::invalid_argument, lock.path_.string() + " is not a plain file");

  int locked = 0;
  do {
    locked = flock(fd, LOCK_EX | LOCK_NB);
  } while (locked != 0 && errno == EINTR);
  if (locked != 0 && errno == EWOULDBLOCK) return Held(lock.path_, fd);
  if (locked != 0) return FailAt(lock.path_, "cannot lock", errno);
  WriteHolder(fd);
  return lock;
}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  LockFile taken(std::move(other));
  std::swap(path_, taken.path_);
  std::swap(fd_, taken.fd_);
  return *this;
}

LockFile::~LockFile() {
  if (fd_ >= 0) close(fd_);  // not LOCK_UN, which would take the lock from a parent or child that shares it
}

}  // namespace larder
