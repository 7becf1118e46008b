#include "workloads/apart.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "workloads/result.h"

namespace larder::bench {
namespace {

struct Outcome {
  bool done = false;
  bool failed = false;
  Errc code = Errc::unavailable;
  char message[1024] = {};
  Measured measured;
};

struct Unmap {
  void operator()(Outcome* outcome) const { munmap(outcome, sizeof *outcome); }
};

void RunInto(const std::function<Result<Measured>()>& work, Outcome& outcome) {
  const std::uint64_t before = OwnMemoryBytes();
  auto measured = work();
  if (measured.has_value()) {
    outcome.measured = *measured;
    outcome.measured.memory_bytes -= std::min(before, measured->memory_bytes);
  } else {
    outcome.failed = true;
    outcome.code = measured.error().code;
    std::strncpy(outcome.message, measured.error().message.c_str(), sizeof outcome.message - 1);
  }
  outcome.done = true;
}

}  // namespace

Result<Measured> RunApart(const std::function<Result<Measured>()>& work) {
  void* shared = mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return Fail(Errc::unavailable, "no memory to share with another process");
  const std::unique_ptr<Outcome, Unmap> outcome(new (shared) Outcome());
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) return Fail(Errc::unavailable, "cannot start another process");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    RunInto(work, *outcome);
    std::fflush(nullptr);
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  if (!outcome->done) {
    return Fail(Errc::unavailable, "the measuring process ended by itself: " +
                                       (WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                                            : "status " + std::to_string(WEXITSTATUS(status))));
  }
  if (outcome->failed) return Fail(outcome->code, outcome->message);
  return outcome->measured;
}

}  // namespace larder::bench
