#include "support/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "support/listening_ports.h"
#include "support/socket.h"

extern char** environ;

namespace larder::testing {
namespace {

constexpr std::chrono::milliseconds kPoll{2};

std::vector<std::string> Environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// In the child, between fork and exec: only what is safe there. Reports errno through `report`.
[[noreturn]] void Exec(pid_t parent, int output, int report, char* const* arguments, char* const* environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int input = ::open("/dev/null", O_RDONLY);
    if (input >= 0) ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execvpe(arguments[0], arguments, environment);
  }
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(report, &error, sizeof error);
  ::_exit(127);
}

// Polls until `ready` answers a value.
template <class T, class Ready>
Result<T> WaitUntil(Process& process, std::chrono::milliseconds patience, Ready ready) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (process.Alive() && std::chrono::steady_clock::now() < deadline) {
    if (std::optional<T> value = ready()) return *value;
    std::this_thread::sleep_for(kPoll);
  }
  const std::string output = process.ReadOutput();
  return Fail(Errc::unavailable,
              std::string(process.Alive() ? "a server does not listen" : "a server ended") +
                  ", its last words: " + output.substr(output.size() - std::min<std::size_t>(output.size(), 2000)));
}

}  // namespace

Result<Process> Process::Start(const Options& options) {
  if (options.command.empty()) return Fail(Errc::invalid_argument, "no command to start");
  std::vector<std::string> command = options.command;
  std::vector<std::string> environment = Environment(options.environment);
  const std::vector<char*> arguments = Pointers(command);
  const std::vector<char*> variables = Pointers(environment);
  const std::filesystem::path output_path = options.output.empty() ? "/dev/null" : options.output;

  const Socket output(::open(output_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!output.valid()) return Fail(Errc::invalid_argument, "cannot write " + output_path.string());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Fail(Errc::unavailable, std::string("pipe: ") + std::strerror(errno));
  const Socket report(ends[0]);
  Socket report_end(ends[1]);

  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return Fail(Errc::unavailable, std::string("fork: ") + std::strerror(errno));
  if (pid == 0) Exec(parent, output.fd(), report_end.fd(), arguments.data(), variables.data());
  report_end = Socket();

  Process process(pid, options.output);
  int error = 0;
  if (::read(report.fd(), &error, sizeof error) == sizeof error) {
    return Fail(Errc::not_found, "cannot run " + options.command[0] + ": " + std::strerror(error));
  }
  return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)), status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  Kill();
  pid_ = std::exchange(other.pid_, -1);
  output_ = std::move(other.output_);
  status_ = other.status_;
  return *this;
}

Process::~Process() { Kill(); }

std::string Process::ReadOutput() const {
  std::ifstream file(output_, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void Process::Ended(int wait_status) {
  status_ = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status);
}

bool Process::Alive() {
  if (pid_ < 0 || status_.has_value()) return false;
  int wait_status = 0;
  if (::waitpid(pid_, &wait_status, WNOHANG) == 0) return true;
  Ended(wait_status);
  return false;
}

void Process::Pause() {
  if (!Alive() || ::kill(pid_, SIGSTOP) != 0) return;
  int wait_status = 0;
  if (::waitpid(pid_, &wait_status, WUNTRACED) == pid_ && !WIFSTOPPED(wait_status)) Ended(wait_status);
}

void Process::Resume() {
  if (Alive()) ::kill(pid_, SIGCONT);
}

void Process::Kill() {
  if (!Alive()) return;
  ::kill(pid_, SIGKILL);
  int wait_status = 0;
  ::waitpid(pid_, &wait_status, 0);
  Ended(wait_status);
}

bool Process::WaitForEnd(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (Alive()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

std::optional<int> Process::Terminate(std::chrono::milliseconds patience) {
  if (Alive()) ::kill(pid_, SIGTERM);
  if (!WaitForEnd(patience)) Kill();
  return status_;
}

Result<std::uint16_t> WaitForPort(Process& process, std::chrono::milliseconds patience) {
  return WaitUntil<std::uint16_t>(process, patience, [&]() -> std::optional<std::uint16_t> {
    const std::vector<std::uint16_t> ports = ListeningPorts(process.pid());
    return ports.empty() ? std::nullopt : std::optional(ports.front());
  });
}

Result<void> WaitForUnixSocket(Process& process, const std::filesystem::path& path,
                               std::chrono::milliseconds patience) {
  auto connected = WaitUntil<bool>(process, patience, [&]() -> std::optional<bool> {
    return ConnectUnix(path).has_value() ? std::optional(true) : std::nullopt;
  });
  if (!connected) return std::unexpected(std::move(connected).error());
  return {};
}

}  // namespace larder::testing
