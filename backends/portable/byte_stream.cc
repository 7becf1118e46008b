#include "larder/byte_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include "unnamed_file.h"

namespace larder {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSpoolChunk = std::size_t{256} << 10;

Errc CodeOf(int error) {
  switch (error) {
    case ENOENT:
      return Errc::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::permission_denied;
    case EISDIR:
    case ENOTDIR:
      return Errc::invalid_argument;
    default:
      return Errc::unavailable;
  }
}

std::unexpected<Error> FailAt(const fs::path& path, std::string_view what, int error) {
  return Fail(CodeOf(error), path.string() + ": " + std::string(what) + ": " + std::generic_category().message(error));
}

Result<void> WriteAll(int fd, const fs::path& path, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return FailAt(path, "cannot write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace

namespace portable {

Result<int> UnnamedFile(const fs::path& directory, std::string_view purpose) {
  std::string name = (directory / "larder-spool-XXXXXX").string();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return FailAt(directory, "cannot make a file for " + std::string(purpose) + "; set TMPDIR", errno);
  ::unlink(name.c_str());
  return fd;
}

fs::path TemporaryDirectory() {
  std::error_code failed;
  fs::path path = fs::temp_directory_path(failed);
  return failed ? fs::path("/tmp") : path;
}

}  // namespace portable

Result<std::unique_ptr<FileSink>> FileSink::Create(const fs::path& path) {
  struct stat status{};
  const bool there = ::stat(path.c_str(), &status) == 0;
  if (there && S_ISDIR(status.st_mode)) {
    return Fail(Errc::invalid_argument, path.string() + ": is a directory; name a file in it");
  }
  if (there && !S_ISREG(status.st_mode)) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return FailAt(path, "cannot open", errno);
    return std::unique_ptr<FileSink>(new FileSink(path, "", fd));
  }
  // Beside what the name stands for in the end, so that a link to a file stays one.
  std::error_code ignored;
  fs::path target = there ? fs::canonical(path, ignored) : path;
  if (target.empty()) target = path;
  std::string temporary = target.string() + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return FailAt(path, "cannot make a file beside it", errno);
  // What mkostemp makes is the owner's alone; a file that was there keeps its mode, a new one gets the usual.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  static_cast<void>(::fchmod(fd, there ? status.st_mode & 0777 : 0666 & ~mask));
  return std::unique_ptr<FileSink>(new FileSink(std::move(target), std::move(temporary), fd));
}

FileSink::~FileSink() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> FileSink::Write(std::span<const std::byte> bytes) { return WriteAll(fd_, path_, bytes); }

Result<void> FileSink::Commit() {
  if (!temporary_.empty() && ::fsync(fd_) != 0) return FailAt(path_, "cannot make durable", errno);
  if (::close(std::exchange(fd_, -1)) != 0) return FailAt(path_, "cannot close", errno);
  if (temporary_.empty()) return {};
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return FailAt(path_, "cannot rename to it", errno);
  temporary_.clear();
  const fs::path directory = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return {};  // a directory that may be written and not read: the system decides when it is durable
  const int synced = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  if (synced != 0 && error != EINVAL) return FailAt(directory, "cannot make durable", error);
  return {};
}

Result<std::unique_ptr<FileSource>> FileSource::Open(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FailAt(path, "cannot open", errno);
  std::unique_ptr<FileSource> source(new FileSource(fd));
  struct stat status{};
  if (::fstat(fd, &status) != 0) return FailAt(path, "cannot examine", errno);
  if (S_ISDIR(status.st_mode)) return Fail(Errc::invalid_argument, path.string() + ": is a directory, not a file");
  if (S_ISREG(status.st_mode)) return source;
  return Spool(fd, [] { return false; });
}

Result<std::unique_ptr<FileSource>> FileSource::Spool(int fd, const std::function<bool()>& stop) {
  const fs::path directory = portable::TemporaryDirectory();
  LARDER_ASSIGN_OR_RETURN(const int spool, portable::UnnamedFile(directory, "what comes from standard input"));
  std::unique_ptr<FileSource> source(new FileSource(spool));
  std::vector<std::byte> chunk(kSpoolChunk);
  for (;;) {
    if (stop()) return Fail(Errc::cancelled, "stopped while reading");
    const ssize_t got = ::read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailAt("standard input", "cannot read", errno);
    if (got == 0) break;
    LARDER_RETURN_IF_ERROR(WriteAll(spool, directory, std::span(chunk).first(static_cast<std::size_t>(got))));
  }
  LARDER_RETURN_IF_ERROR(source->Rewind());
  return source;
}

FileSource::~FileSource() { ::close(fd_); }

Result<std::size_t> FileSource::Read(std::span<std::byte> into) {
  for (;;) {
    const ssize_t got = ::read(fd_, into.data(), into.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return FailAt("the file", "cannot read", errno);
  }
}

Result<void> FileSource::Rewind() {
  if (::lseek(fd_, 0, SEEK_SET) != 0) return FailAt("the file", "cannot read it again", errno);
  return {};
}

}  // namespace larder
