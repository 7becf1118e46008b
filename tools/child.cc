#include "child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

namespace larder::tool {
namespace {

[[noreturn]] void BeChild(int out, const std::function<void(const Telling&)>& body) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // What is expected to happen is no crash report.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  if (const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC); null >= 0) ::dup2(null, STDERR_FILENO);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  body(Telling(out));
  ::_exit(EXIT_SUCCESS);
}

void Listen(int in, const std::function<void(std::string_view)>& hear) {
  std::string text;
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t got = ::read(in, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    std::size_t from = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
      hear(std::string_view(text).substr(from, end - from));
      from = end + 1;
    }
    text.erase(0, from);
  }
}

}  // namespace

bool Telling::Say(std::string_view line) const {
  std::string text(line);
  std::ranges::replace(text, '\n', ' ');
  text += '\n';
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t wrote = ::write(fd_, text.data() + at, text.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    at += static_cast<std::size_t>(wrote);
  }
  return true;
}

bool Telling::Say(const Error& error) const {
  return Say("error " + std::to_string(static_cast<int>(error.code)) + " " + error.message);
}

Result<ChildEnd> RunInChild(const std::function<void(const Telling&)>& body,
                            const std::function<void(std::string_view line)>& hear) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return Fail(Errc::unavailable, "cannot make a pipe: " + std::generic_category().message(errno));
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    BeChild(ends[1], body);
  }
  const int error = errno;
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    return Fail(Errc::unavailable, "cannot fork: " + std::generic_category().message(error));
  }
  Listen(ends[0], hear);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  ChildEnd end;
  end.whole = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return end;
}

}  // namespace larder::tool
