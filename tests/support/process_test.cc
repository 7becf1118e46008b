#include "support/process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <thread>

#include "support/temp_dir.h"

namespace larder::testing {
namespace {

using std::chrono::milliseconds;

Result<Process> Shell(const std::string& script, const std::filesystem::path& output = {},
                      std::map<std::string, std::string> environment = {}) {
  return Process::Start({.command = {"sh", "-c", script}, .environment = std::move(environment), .output = output});
}

// The state letter of a process in /proc, or ' ' where there is none.
char StateOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  return name_end == std::string::npos ? ' ' : line[name_end + 2];
}

TEST(ProcessTest, CollectsWhatItPrintsAndHowItEnds) {
  const TempDir directory;
  auto process = Shell("echo out; echo err >&2; exit 3", directory / "log");
  ASSERT_TRUE(process.has_value()) << process.error().ToString();
  ASSERT_TRUE(process->WaitForEnd(kStartPatience));
  EXPECT_EQ(process->status(), 3);
  EXPECT_EQ(process->ReadOutput(), "out\nerr\n");
}

TEST(ProcessTest, AddsToTheEnvironment) {
  const TempDir directory;
  auto process = Shell("echo $LARDER_WORD; test -n \"$PATH\"", directory / "log", {{"LARDER_WORD", "pantry"}});
  ASSERT_TRUE(process.has_value());
  ASSERT_TRUE(process->WaitForEnd(kStartPatience));
  EXPECT_EQ(process->status(), 0);
  EXPECT_EQ(process->ReadOutput(), "pantry\n");
}

TEST(ProcessTest, AnswersNotFoundForAProgramThatIsNotThere) {
  auto process = Process::Start({.command = {"/nowhere/program"}, .environment = {}, .output = {}});
  ASSERT_FALSE(process.has_value());
  EXPECT_EQ(process.error().code, Errc::not_found);
}

TEST(ProcessTest, EndsWithItsOwner) {
  pid_t pid = 0;
  {
    auto process = Shell("exec sleep 600");
    ASSERT_TRUE(process.has_value());
    pid = process->pid();
    EXPECT_TRUE(process->Alive());
  }
  EXPECT_EQ(StateOf(pid), ' ');
}

TEST(ProcessTest, EndsWithTheThreadThatStartedIt) {
  Process process;
  std::thread([&] { process = Shell("exec sleep 600").value_or(Process()); }).join();
  ASSERT_GT(process.pid(), 0);
  EXPECT_TRUE(process.WaitForEnd(kStartPatience));
  EXPECT_EQ(process.status(), -SIGKILL);
}

TEST(ProcessTest, PausesAndResumes) {
  auto process = Shell("exec sleep 600");
  ASSERT_TRUE(process.has_value());
  process->Pause();
  EXPECT_EQ(StateOf(process->pid()), 'T');
  EXPECT_TRUE(process->Alive());
  process->Resume();
  EXPECT_NE(StateOf(process->pid()), 'T');
  EXPECT_EQ(process->Terminate(milliseconds(10'000)), -SIGTERM);
}

TEST(ProcessTest, KillsWhatIgnoresToBeTerminated) {
  const TempDir directory;
  auto process = Shell("trap '' TERM; echo ready; while :; do sleep 0.01; done", directory / "log");
  ASSERT_TRUE(process.has_value());
  while (process->Alive() && process->ReadOutput().empty()) std::this_thread::yield();
  EXPECT_EQ(process->Terminate(milliseconds(50)), -SIGKILL);
}

TEST(ProcessTest, WaitingForAPortTellsTheLastWordsOfWhatEndsInstead) {
  const TempDir directory;
  auto process = Shell("echo no such option; exit 1", directory / "log");
  ASSERT_TRUE(process.has_value());
  auto port = WaitForPort(*process);
  ASSERT_FALSE(port.has_value());
  EXPECT_EQ(port.error().code, Errc::unavailable);
  EXPECT_NE(port.error().message.find("no such option"), std::string::npos) << port.error().message;
}

TEST(ProcessTest, WaitingForAPortHasAnEnd) {
  auto process = Shell("exec sleep 600");
  ASSERT_TRUE(process.has_value());
  EXPECT_EQ(WaitForPort(*process, milliseconds(20)).error().code, Errc::unavailable);
}

TEST(ProcessTest, MovingKeepsTheChild) {
  auto started = Shell("exec sleep 600");
  ASSERT_TRUE(started.has_value());
  const pid_t pid = started->pid();
  Process process = std::move(*started);
  EXPECT_EQ(process.pid(), pid);
  EXPECT_TRUE(process.Alive());
  process = Process();
  EXPECT_EQ(StateOf(pid), ' ');
}

}  // namespace
}  // namespace larder::testing
