// The other process (child.cc), seen from the test: its acknowledgements are read one by one.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace larder::testing {

class ChildProcess {
 public:
  explicit ChildProcess(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), LARDER_ROCKSDB_CHILD);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    int ends[2];
    if (pipe(ends) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(ends[1]);
    answers_ = fdopen(ends[0], "r");
  }
  ~ChildProcess() {
    Kill();
    if (answers_ != nullptr) std::fclose(answers_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  // The next acknowledged number; nullopt where the child has ended.
  std::optional<std::uint64_t> Next() {
    char line[32];
    if (answers_ == nullptr || std::fgets(line, sizeof line, answers_) == nullptr) return std::nullopt;
    return std::stoull(line);
  }

  // SIGKILL, and waits until it is gone. What it acknowledged before can still be read.
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  std::FILE* answers_ = nullptr;
};

}  // namespace larder::testing
