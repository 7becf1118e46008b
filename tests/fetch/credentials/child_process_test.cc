#include "credentials/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>

#include "fetch/credentials/helper_scripts.h"

namespace larder {
namespace {

using End = ChildOutcome::End;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ChildProcessTest : public ::testing::Test {
 protected:
  ChildOutcome Run(std::string script, std::string input = "", Duration timeout = seconds(20),
                   std::stop_token stop = {}) {
    ChildRequest request;
    request.path = "/bin/sh";
    request.arguments = {"sh", "-c", std::move(script)};
    request.input = std::move(input);
    request.timeout = timeout;
    request.max_output = 1000;
    const auto outcome = RunChild(request, scripts_.environment, stop);
    EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
    return outcome.value_or(ChildOutcome());
  }
  HelperScripts scripts_;
};

TEST_F(ChildProcessTest, GetsItsInputAndGivesItsOutputAndStatus) {
  const ChildOutcome outcome = Run("read line; echo \"<$line> $MARK\"; echo hidden >&2; exit 3", "hello");
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.output, "<hello> \n");
}

TEST_F(ChildProcessTest, GetsTheEnvironmentThatIsGiven) {
  scripts_.environment["MARK"] = "a=b";
  EXPECT_EQ(Run("echo \"$MARK\"").output, "a=b\n");
}

TEST_F(ChildProcessTest, GetsNoDescriptorOfOurs) {
  EXPECT_EQ(Run("for fd in /proc/self/fd/*; do n=${fd##*/}; [ \"$n\" -gt 9 ] && echo \"$n\"; done; exit 0").output, "");
}

TEST_F(ChildProcessTest, MayLeaveItsInputUnread) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Run("exit 0", std::string(4096, 'x')).end, End::exited);
}

TEST_F(ChildProcessTest, IsStoppedWithItsChildrenAfterItsTime) {
  const auto before = std::chrono::steady_clock::now();
  const ChildOutcome outcome =
      Run("sleep 60 & echo $! > '" + (scripts_.dir / "pid").string() + "'; wait", "", milliseconds(300));
  EXPECT_EQ(outcome.end, End::timed_out);
  EXPECT_EQ(outcome.output, "");
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(20));
  const int pid = std::stoi("0" + testing::ReadFile(scripts_.dir / "pid"));
  ASSERT_GT(pid, 0);
  // A zombie until init reaps it, in a container perhaps for ever: it must not run any more.
  const auto runs = [pid] {
    return kill(pid, 0) == 0 &&
           testing::ReadFile("/proc/" + std::to_string(pid) + "/stat").find(") Z ") == std::string::npos;
  };
  const auto until = std::chrono::steady_clock::now() + seconds(10);
  while (runs() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_FALSE(runs());
}

TEST_F(ChildProcessTest, MayNotSayTooMuch) {
  EXPECT_EQ(Run("while :; do echo 0123456789012345678901234567890123456789; done").end, End::too_much);
  EXPECT_EQ(Run("i=0; while [ $i -lt 100 ]; do echo 0123456789; i=$((i+1)); done").end, End::too_much);
}

TEST_F(ChildProcessTest, ASurvivorThatKeepsTheOutputOpenIsNotWaitedFor) {
  const auto before = std::chrono::steady_clock::now();
  const ChildOutcome outcome = Run("sleep 30 & echo done");
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.output, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(15));
}

TEST_F(ChildProcessTest, IsStoppedWhenAsked) {
  std::stop_source stop;
  std::jthread stopper([&stop] {
    std::this_thread::yield();
    stop.request_stop();
  });
  EXPECT_EQ(Run("sleep 60", "", seconds(20), stop.get_token()).end, End::cancelled);
}

TEST_F(ChildProcessTest, ASignalIsAStatus) { EXPECT_EQ(Run("kill -9 $$").status, 128 + 9); }

TEST_F(ChildProcessTest, WhatCannotBeStartedIsAnError) {
  ChildRequest request;
  request.path = "/nonexistent/program";
  request.arguments = {"program"};
  const auto outcome = RunChild(request, scripts_.environment, {});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, Errc::unavailable);
}

TEST_F(ChildProcessTest, ProgramsAreFoundInAbsoluteFoldersOnly) {
  scripts_.Write("x", "");
  const std::string folder = scripts_.dir.path().string();
  EXPECT_EQ(FindInPath("docker-credential-x", "/nowhere::" + folder), folder + "/docker-credential-x");
  EXPECT_EQ(FindInPath("docker-credential-x", ".:relative"), "");
  EXPECT_EQ(FindInPath("docker-credential-x", ""), "");
  scripts_.WriteFile("docker-credential-plain", "");
  EXPECT_EQ(FindInPath("docker-credential-plain", folder), "") << "not executable";
}

}  // namespace
}  // namespace larder
