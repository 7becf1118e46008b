#include "credentials/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace larder {

Result<std::string> ReadWhole(const Descriptor& file, std::size_t most) {
  std::string text;
  char buffer[16384];
  for (;;) {
    const ssize_t got = read(file.get(), buffer, sizeof(buffer));
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(Errc::unavailable, std::string("cannot be read: ") + std::strerror(errno));
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > most) return Fail(Errc::too_large, "is larger than " + std::to_string(most) + " bytes");
  }
}

Result<std::string> ReadSmallFile(const std::string& path, const std::string& shown, std::size_t most) {
  // Opened without waiting, so that a FIFO of that name blocks nobody.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) {
    const Errc code = errno == ENOENT || errno == ENOTDIR ? Errc::not_found : Errc::unavailable;
    return Fail(code, shown + " cannot be opened: " + std::strerror(errno));
  }
  struct stat status{};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Fail(Errc::invalid_argument, shown + " is not a file");
  }
  Result<std::string> text = ReadWhole(file, most);
  if (!text) return Fail(text.error().code, shown + " " + text.error().message);
  return text;
}

Result<std::string> ReadTokenFile(const std::string& path, const std::string& shown) {
  constexpr std::size_t kMost = 1 << 20;
  Result<std::string> token = ReadSmallFile(path, shown, kMost);
  if (!token) return Fail(Errc::unavailable, std::move(token).error().message);
  while (!token->empty() && static_cast<unsigned char>(token->back()) <= ' ') token->pop_back();
  return token;
}

}  // namespace larder
