// Child processes for tests: they end with their owner, whatever becomes of the owner.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "larder/error.h"

namespace larder::testing {

// One child. Movable; used by one thread at a time. The kernel kills the child when the thread that started it ends, so
// start it from a thread that lives as long (a test's own).
class Process {
 public:
  struct Options {
    std::vector<std::string> command;                // the first is a path, or a name that PATH finds
    std::map<std::string, std::string> environment;  // besides our own
    std::filesystem::path output;                    // stdout and stderr are appended to it
  };

  // not_found where the command is not there to run.
  static Result<Process> Start(const Options& options);

  Process() = default;  // none: as one that has ended
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();  // Kill()

  pid_t pid() const { return pid_; }
  const std::filesystem::path& output() const { return output_; }
  // What it has printed so far.
  std::string ReadOutput() const;

  // False once it has ended.
  bool Alive();
  // How it ended: its exit status, or minus the signal that ended it. nullopt while it runs.
  std::optional<int> status() const { return status_; }

  void Pause();   // SIGSTOP; returns when it has stopped
  void Resume();  // SIGCONT
  void Kill();    // SIGKILL; returns when it is gone
  // SIGTERM; waits up to `patience`, then Kill(). Returns status().
  std::optional<int> Terminate(std::chrono::milliseconds patience);
  // Waits until it ends by itself; false where it has not within `patience`.
  bool WaitForEnd(std::chrono::milliseconds patience);

 private:
  Process(pid_t pid, std::filesystem::path output) : pid_(pid), output_(std::move(output)) {}
  void Ended(int wait_status);

  pid_t pid_ = -1;
  std::filesystem::path output_;
  std::optional<int> status_;
};

inline constexpr std::chrono::milliseconds kStartPatience{20'000};  // sanitizers on a busy machine

// Waits until `process` itself (by its pid: no stranger on the same port will do) listens on TCP; the port.
// unavailable, with the end of its output, where it ends or takes longer than `patience`.
Result<std::uint16_t> WaitForPort(Process& process, std::chrono::milliseconds patience = kStartPatience);
// The same for a unix socket at `path`.
Result<void> WaitForUnixSocket(Process& process, const std::filesystem::path& path,
                               std::chrono::milliseconds patience = kStartPatience);

}  // namespace larder::testing
