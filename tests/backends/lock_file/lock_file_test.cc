#include "larder/lock_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace larder {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LockFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "larder_lock_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path file() const { return directory_ / LockFile::kFileName; }
  void WriteText(std::string_view text) { std::ofstream(file()) << text; }

  std::filesystem::path directory_;
};

TEST_F(LockFileTest, SecondAcquireNamesTheHolderAndThePath) {
  const auto first = LockFile::Acquire(directory_);
  ASSERT_TRUE(first.has_value()) << first.error().ToString();
  EXPECT_EQ(first->path(), file());
  const auto second = LockFile::Acquire(directory_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr("pid " + std::to_string(getpid()) + " on "));
  EXPECT_THAT(second.error().message, HasSubstr("(backends_lock_file_test)"));
  EXPECT_THAT(second.error().message, HasSubstr(file().string()));
}

TEST_F(LockFileTest, LetsGoWhenDestroyedAndStaysOnDisk) {
  {
    ASSERT_TRUE(LockFile::Acquire(directory_).has_value());
  }
  EXPECT_TRUE(std::filesystem::exists(file()));
  EXPECT_TRUE(LockFile::Acquire(directory_).has_value());
}

TEST_F(LockFileTest, MovingKeepsTheLockAndAssigningLetsTheOldOneGo) {
  const auto other = directory_ / "other";
  std::filesystem::create_directory(other);
  auto first = LockFile::Acquire(directory_);
  ASSERT_TRUE(first.has_value());
  LockFile held = std::move(*first);
  EXPECT_FALSE(LockFile::Acquire(directory_).has_value());
  auto second = LockFile::Acquire(other);
  ASSERT_TRUE(second.has_value());
  held = std::move(*second);
  EXPECT_TRUE(LockFile::Acquire(directory_).has_value());
  EXPECT_FALSE(LockFile::Acquire(other).has_value());
}

TEST_F(LockFileTest, AKilledHolderLetsGo) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = LockFile::Acquire(directory_);
    const char answer = lock.has_value() ? 'y' : 'n';
    if (write(ready[1], &answer, 1) == 1) pause();
    _exit(1);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  const auto refused = LockFile::Acquire(directory_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("pid " + std::to_string(child)));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(LockFile::Acquire(directory_).has_value());
  close(ready[0]);
  close(ready[1]);
}

TEST_F(LockFileTest, AForkedChildThatDropsItsCopyLeavesTheParentsLock) {
  auto lock = LockFile::Acquire(directory_);
  ASSERT_TRUE(lock.has_value());
  const pid_t child = fork();
  if (child == 0) {
    {
      const LockFile dropped = std::move(*lock);
    }
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(LockFile::Acquire(directory_).has_value());
}

TEST_F(LockFileTest, ForeignTextIsCutAndCleaned) {
  WriteText(std::string("evil\x1b[31m\x01text") + std::string(4000, 'x'));
  {
    const auto lock = LockFile::Acquire(directory_);  // overwrites what stood there
    ASSERT_TRUE(lock.has_value());
    EXPECT_LT(std::filesystem::file_size(file()), 512U);
    WriteText(std::string("evil\x1b[31m") + std::string(4000, 'x'));
    const auto refused = LockFile::Acquire(directory_);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("evil[31m"));
    EXPECT_THAT(refused.error().message, Not(HasSubstr("\x1b")));
    EXPECT_LT(refused.error().message.size(), 900U);
    WriteText("");
    const auto nameless = LockFile::Acquire(directory_);
    ASSERT_FALSE(nameless.has_value());
    EXPECT_THAT(nameless.error().message, HasSubstr("left no name"));
  }
}

TEST_F(LockFileTest, WhatCannotBeLockedIsSaidPlainly) {
  const auto missing = LockFile::Acquire(directory_ / "nowhere");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("nowhere"));

  const auto plain = directory_ / "plain";
  std::ofstream(plain) << "x";
  const auto not_directory = LockFile::Acquire(plain);
  ASSERT_FALSE(not_directory.has_value());
  EXPECT_EQ(not_directory.error().code, Errc::invalid_argument);

  ASSERT_EQ(mkfifo(file().c_str(), 0600), 0);
  const auto fifo = LockFile::Acquire(directory_);
  ASSERT_FALSE(fifo.has_value());
  EXPECT_EQ(fifo.error().code, Errc::invalid_argument);

  std::filesystem::remove(file());
  std::filesystem::create_symlink(plain, file());
  const auto link = LockFile::Acquire(directory_);
  ASSERT_FALSE(link.has_value());
  EXPECT_EQ(link.error().code, Errc::invalid_argument);
  EXPECT_EQ(std::filesystem::file_size(plain), 1U);
}

}  // namespace
}  // namespace larder
