#include "credentials/config_file.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "credentials/descriptor.h"
#include "credentials/small_file.h"

namespace larder {
namespace {

bool SameTime(const struct timespec& a, const struct timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

bool ConfigFile::Stamp::operator==(const Stamp& other) const {
  return device == other.device && inode == other.inode && size == other.size && SameTime(modified, other.modified) &&
         SameTime(changed, other.changed);
}

Result<void> ConfigFile::Refresh(std::vector<std::string>& warnings) {
  // Opened without waiting, so that a FIFO of that name blocks nobody.
  const Descriptor file(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid() && (errno == ENOENT || errno == ENOTDIR)) {
    seen_.reset();
    config_ = DockerConfig();
    return Fail(Errc::not_found, shown_ + " is not there");
  }
  struct stat status{};
  if (!file.valid() || fstat(file.get(), &status) != 0) {
    const Stamp none{};
    if (seen_ == none) return {};
    seen_ = none;
    return Fail(Errc::unavailable, shown_ + " cannot be opened: " + std::strerror(errno));
  }
  const Stamp stamp{status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim};
  if (seen_ == stamp) return {};
  seen_ = stamp;
  if (!S_ISREG(status.st_mode)) return Fail(Errc::invalid_argument, shown_ + " is not a file");
  const Result<std::string> text = ReadWhole(file, kMaxConfigFile);
  if (!text) return Fail(text.error().code, shown_ + " " + text.error().message);
  LARDER_ASSIGN_OR_RETURN(config_, ParseDockerConfig(shown_, *text, &warnings));
  return {};
}

}  // namespace larder
