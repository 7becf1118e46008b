#include "credentials/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "credentials/descriptor.h"

namespace larder {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  Descriptor read, write;
};

Result<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Fail(Errc::unavailable, std::string("pipe: ") + std::strerror(errno));
  Pipe pipe;
  pipe.read = Descriptor(ends[0]);
  pipe.write = Descriptor(ends[1]);
  return pipe;
}

// A child that does not read its input must not end this process.
class BlockedSigpipe {
 public:
  BlockedSigpipe() {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &blocked, &before_);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
  }
  ~BlockedSigpipe() {
    sigset_t pipe_only;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    const struct timespec now{};
    if (!was_pending_) sigtimedwait(&pipe_only, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  BlockedSigpipe(const BlockedSigpipe&) = delete;
  BlockedSigpipe& operator=(const BlockedSigpipe&) = delete;

 private:
  sigset_t before_;
  bool was_pending_ = false;
};

// The two objects that posix_spawn wants, with their lifetimes.
class SpawnSettings {
 public:
  SpawnSettings(const Descriptor& input, const Descriptor& output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input.get(), 0);
    posix_spawn_file_actions_adddup2(&actions_, output.get(), 1);
    posix_spawn_file_actions_addopen(&actions_, 2, "/dev/null", O_WRONLY, 0);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
#endif
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    sigset_t defaults;
    sigfillset(&defaults);
    sigdelset(&defaults, SIGKILL);
    sigdelset(&defaults, SIGSTOP);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> Start(const ChildRequest& request, const Environment& environment, const Descriptor& input,
                    const Descriptor& output) {
  std::vector<std::string> arguments = request.arguments;
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  const SpawnSettings settings(input, output);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, request.path.c_str(), settings.actions(), settings.attributes(),
                                Pointers(arguments).data(), Pointers(variables).data());
  if (error != 0) return Fail(Errc::unavailable, request.path + " cannot be started: " + std::strerror(error));
  return pid;
}

class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    if (!status_) Kill();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The status, once it has ended.
  std::optional<int> Ended() {
    if (status_) return status_;
    int status = 0;
    const pid_t got = waitpid(pid_, &status, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR)) return std::nullopt;
    status_ = got < 0 ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return status_;
  }
  // With its children.
  void Kill() {
    kill(-pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    status_ = 128 + SIGKILL;
  }

 private:
  pid_t pid_;
  std::optional<int> status_;
};

// What is there to read, without waiting. False at the end of the output.
bool Drain(const Descriptor& output, std::string& into, std::size_t most) {
  char buffer[8192];
  while (into.size() <= most) {
    const ssize_t got = read(output.get(), buffer, sizeof(buffer));
    if (got > 0) into.append(buffer, static_cast<std::size_t>(got));
    if (got == 0) return false;
    if (got < 0 && errno != EINTR) return errno == EAGAIN;
  }
  return true;
}

ChildOutcome Follow(Child& child, const ChildRequest& request, const Descriptor& output, const std::stop_token& stop) {
  constexpr int kTick = 10;
  ChildOutcome outcome;
  const Clock::time_point until = Clock::now() + request.timeout;
  bool open = true;
  for (;;) {
    struct pollfd ready{output.get(), POLLIN, 0};
    poll(open ? &ready : nullptr, open ? 1 : 0, kTick);
    // In this order: what it wrote before it ended is read after.
    const std::optional<int> status = child.Ended();
    open = open && Drain(output, outcome.output, request.max_output);
    if (outcome.output.size() > request.max_output) {
      outcome.end = ChildOutcome::End::too_much;
    } else if (status) {
      outcome.status = *status;
      return outcome;
    } else if (stop.stop_requested()) {
      outcome.end = ChildOutcome::End::cancelled;
    } else if (Clock::now() >= until) {
      outcome.end = ChildOutcome::End::timed_out;
    } else {
      continue;
    }
    if (!status) child.Kill();
    outcome.output.clear();
    return outcome;
  }
}

}  // namespace

Result<ChildOutcome> RunChild(const ChildRequest& request, const Environment& environment, std::stop_token stop) {
  LARDER_ASSIGN_OR_RETURN(Pipe input, MakePipe());
  LARDER_ASSIGN_OR_RETURN(Pipe output, MakePipe());
  fcntl(output.read.get(), F_SETFL, O_NONBLOCK);
  fcntl(input.write.get(), F_SETFL, O_NONBLOCK);
  const BlockedSigpipe blocked;
  LARDER_ASSIGN_OR_RETURN(const pid_t pid, Start(request, environment, input.read, output.write));
  Child child(pid);
  input.read.Close();
  output.write.Close();
  // Fits into a pipe whether or not anybody reads it.
  [[maybe_unused]] const ssize_t written =
      write(input.write.get(), request.input.data(), std::min<std::size_t>(request.input.size(), 4096));
  input.write.Close();
  return Follow(child, request, output.read, stop);
}

std::string FindInPath(std::string_view name, std::string_view path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    const std::string_view folder = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (!folder.starts_with('/')) continue;
    const std::string file = std::string(folder) + "/" + std::string(name);
    struct stat status{};
    if (stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

}  // namespace larder
