#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "images/made_image.h"
#include "larder/cache.h"
#include "larder/open_store.h"
#include "workloads/fill.h"
#include "workloads/pick.h"
#include "workloads/runner.h"

extern char** environ;

namespace larder::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Another process of this program, with the end of a pipe that its standard output goes to.
class Child {
 public:
  explicit Child(std::vector<std::string> arguments) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    out_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
  }
  ~Child() {
    Kill();
    if (out_ >= 0) close(out_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits for a line; "" where the process ends without one.
  std::string ReadLine() {
    std::string line;
    for (char c = 0; out_ >= 0 && read(out_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  void Kill() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    Wait();
  }
  void Wait() {
    if (pid_ > 0) waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

std::vector<std::string> Arguments(const WorkloadConfig& config, const ImageSet& images, const std::string& url,
                                   std::string role) {
  std::vector<std::string> arguments = {"larder-bench", "--restart-role", std::move(role), "--store", url};
  arguments.insert(arguments.end(), {"--images", std::to_string(images.size()), "--seed", std::to_string(config.seed)});
  if (!config.tags_file.empty()) arguments.insert(arguments.end(), {"--tags", config.tags_file});
  return arguments;
}

}  // namespace

Result<WorkloadResult> RunRestarts(const WorkloadConfig& config, const ImageSet& images, const std::string& url) {
  WorkloadResult result;
  result.workload = config.name;
  result.call = "start";
  result.images = images.size();
  Random random(config.seed);
  for (unsigned i = 0; i < config.repetitions; ++i) {
    Child writer(Arguments(config, images, url, "write"));
    for (int batches = 0; batches < 5; ++batches) {
      if (writer.ReadLine().empty()) return Fail(Errc::unavailable, "restart: the writing process ended by itself");
    }
    writer.Kill();
    Child reader(Arguments(config, images, url, "read:" + std::to_string(random.Below(images.size()))));
    const std::string line = reader.ReadLine();
    reader.Wait();
    std::int64_t ns = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), ns).ec != std::errc()) {
      return Fail(Errc::unavailable, "restart: the reading process said '" + line + "'");
    }
    ++result.items;
    if (ns < 0) {
      ++result.wrong;
    } else {
      result.latency.Record(std::chrono::nanoseconds(ns));
    }
  }
  return result;
}

int WriteUntilKilled(const ImageSet& images, const std::string& url) {
  auto store = OpenStore(url);
  if (!store.has_value()) return 3;
  Random random(static_cast<std::uint64_t>(getpid()));
  for (;;) {
    std::vector<std::uint64_t> batch(512);
    for (auto& image : batch) image = random.Below(images.size());
    if (!RefreshBatch(**store, images, batch, 0.01, random.Next()).has_value()) return 3;
    std::puts("written");
    std::fflush(stdout);
  }
}

int TimeFirstRead(const ImageSet& images, const std::string& url, std::uint64_t image) {
  const ImageRef ref = images.RefOf(image);
  const auto begin = Clock::now();
  auto store = OpenStore(url);
  if (!store.has_value()) return 3;
  const Cache cache(**store);
  const auto view = cache.Image(ref, kNow);
  const auto taken = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
  const bool right = view.has_value() && images.Matches(image, view->digest(), view->created());
  std::printf("%lld\n", static_cast<long long>(right ? taken : -1));
  return right ? 0 : 4;
}

}  // namespace larder::bench
