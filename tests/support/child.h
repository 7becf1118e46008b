// A forked child that runs a function: it and its parent send each other bytes.
#pragma once

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <functional>
#include <optional>

namespace larder {

// In the child.
struct Parent {
  int in = -1;
  int out = -1;
  bool Say(char what) const { return write(out, &what, 1) == 1; }
  // Waits for the parent's word.
  char Hear() const {
    char what = 0;
    return read(in, &what, 1) == 1 ? what : '\0';
  }
};

// Killed at the end of its owner. Fork before there are threads.
class Child {
 public:
  // `body` answers the exit status.
  explicit Child(const std::function<int(const Parent&)>& body) {
    int up[2] = {-1, -1};
    int down[2] = {-1, -1};
    if (pipe(up) != 0 || pipe(down) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      close(up[0]);
      close(down[1]);
      _exit(body(Parent{.in = down[0], .out = up[1]}));
    }
    close(up[1]);
    close(down[0]);
    in_ = up[0];
    out_ = down[1];
  }
  ~Child() {
    if (!status_) Kill();
    close(in_);
    close(out_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  int in() const { return in_; }
  bool Say(char what) const { return write(out_, &what, 1) == 1; }
  char Hear() const {
    char what = 0;
    return read(in_, &what, 1) == 1 ? what : '\0';
  }
  void Kill() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    Wait();
  }
  // Its exit status, or minus the signal.
  int Wait() {
    if (!status_) {
      int status = 0;
      if (pid_ <= 0 || waitpid(pid_, &status, 0) < 0) return -1;
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    return *status_;
  }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::optional<int> status_;
};

}  // namespace larder
