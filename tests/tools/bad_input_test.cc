// What is not there, not readable or not a store: one line that says what and what to do, and the right exit code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "shell.h"
#include "support/pseudo_terminal.h"
#include "terminal.h"

namespace larder::tool {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

struct Case {
  const char* name;
  std::string url;
  Exit exit;
  const char* says;
};

const std::vector<std::vector<std::string>> kReaders = {
    {"list"}, {"tags", "alpine"},     {"get", "alpine:3"}, {"dump"}, {"stats"}, {"inspect", "alpine"},
    {"due"},  {"explain", "alpine:3"}};

TEST(BadInput, EveryReaderSaysWhatIsWrongWithTheStore) {
  Terminal larder;
  const fs::path dir = larder.path();
  fs::create_directories(dir / "other" / "deep");
  std::ofstream(dir / "other" / "notes.txt") << "no store";
  std::ofstream(dir / "file") << "a file";
  fs::create_directories(dir / "garbage");
  std::ofstream(dir / "garbage" / "data.mdb") << std::string(20'000, 'x');
  const std::vector<Case> cases = {
      {"no such store", "lmdb:" + (dir / "absent").string(), Exit::no, "larder refresh"},
      {"no such store, rocksdb", "rocksdb:" + (dir / "absent").string(), Exit::no, "larder refresh"},
      {"a directory of other files", "lmdb:" + (dir / "other").string(), Exit::no, "larder refresh"},
      {"a directory of other files, rocksdb", "rocksdb:" + (dir / "other").string(), Exit::usage, "--store URL"},
      {"a file", "lmdb:" + (dir / "file").string(), Exit::usage, "--store URL"},
      {"a file, rocksdb", "rocksdb:" + (dir / "file").string(), Exit::usage, "--store URL"},
      {"not a store", "lmdb:" + (dir / "garbage").string(), Exit::no_answer, "garbage"},
      {"unknown scheme", "ftp:/x", Exit::usage, "lmdb:"},
      {"no scheme", "/var/cache", Exit::usage, "lmdb:"},
      {"unknown option", "lmdb:/x?size=3", Exit::usage, "size"},
      {"nobody there", "memcached://127.0.0.1:1/x", Exit::no_answer, "127.0.0.1:1"}};
  for (const auto& [name, url, exit, says] : cases) {
    for (auto arguments : kReaders) {
      SCOPED_TRACE(std::string(name) + ": " + arguments[0]);
      arguments.insert(arguments.end(), {"--store", url});
      const auto ran = larder(arguments);
      EXPECT_EQ(ran.exit, exit) << ran.err;
      EXPECT_EQ(ran.out, "");
      EXPECT_THAT(ran.err, HasSubstr(says));
      EXPECT_THAT(ran.err, ::testing::StartsWith("larder: "));
      EXPECT_LE(std::count(ran.err.begin(), ran.err.end(), '\n'), 2) << ran.err;
    }
  }
  EXPECT_FALSE(fs::exists(dir / "absent")) << "reading makes nothing";
}

// As somebody else where we are root, to whom nothing is unreadable.
TEST(BadInput, AnUnreadableStoreIsSaidToBeThat) {
  Terminal larder;
  larder.Fill();
  fs::permissions(larder.path(), fs::perms::none);
  for (const std::string engine : {"lmdb:", "rocksdb:"}) {
    const auto ran = testing::RunOnTerminal(80, [&] {
      if (::geteuid() == 0 && ::setuid(65534) != 0) return -1;
      Console console = ProcessConsole(std::cout, std::cerr);
      return static_cast<int>(tool::Run({"--store", engine + larder.path() + "/store", "dump"}, console));
    });
    EXPECT_EQ(ran.status, static_cast<int>(Exit::no_answer)) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr("ermission")) << engine;
    EXPECT_THAT(ran.output, HasSubstr(larder.path()));
  }
  fs::permissions(larder.path(), fs::perms::owner_all);
}

TEST(BadInput, AWrongCommandLineIsExitTwoAndSaysWhereHelpIs) {
  Terminal larder;
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"cook"},
                                             {"get"},
                                             {"get", "a", "b"},
                                             {"get", "/bad/"},
                                             {"dump", "--format"},
                                             {"dump", "--no-such-option"},
                                             {"due", "--within", "1 fortnight"},
                                             {"tags", "alpine", "--limit", "-1"},
                                             {"inspect", "UPPER/case"},
                                             {"explain", "a@sha256:" + std::string(64, '0')}}) {
    SCOPED_TRACE(arguments.empty() ? "" : arguments[0]);
    const auto ran = larder(arguments);
    EXPECT_EQ(ran.exit, Exit::usage) << ran.err;
    EXPECT_THAT(ran.err, ::testing::StartsWith("larder: "));
    EXPECT_EQ(ran.out, "");
  }
  EXPECT_THAT(larder({"dump", "--no-such-option"}).err, HasSubstr("larder dump --help"));
}

TEST(BadInput, ABrokenPipeIsSilentAndAFullDiskIsNot) {
  Terminal larder;
  larder.Fill();
  const std::string command = std::string(LARDER_COMMAND) + " --store " + larder.url();
  const auto [closed, said] = Shell("(" + command + " dump; echo $? >&2) | true");
  EXPECT_EQ(closed, 0);
  EXPECT_EQ(said, "0\n");
  const auto [full, complaint] = Shell(command + " dump > /dev/full");
  EXPECT_EQ(full, 3);
  EXPECT_EQ(complaint, "larder: standard output: No space left on device\n");
}

// A person who presses Ctrl-C at the first line of output.
class Interrupting final : public std::stringbuf {
 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    if (!std::exchange(done_, true)) static_cast<void>(std::raise(SIGINT));
    return std::stringbuf::xsputn(text, size);
  }

 private:
  bool done_ = false;
};

TEST(BadInput, CtrlCEndsALongAnswerAndSaysThatItIsNotWhole) {
  Terminal larder;
  larder.Fill();
  Interrupting buffer;
  std::ostream out(&buffer);
  std::ostringstream err;
  Console console;
  console.out = &out;
  console.err = &err;
  console.now = kNow;
  EXPECT_EQ(tool::Run({"--store", larder.url(), "dump", "--format", "ndjson"}, console), Exit::no);
  EXPECT_THAT(err.str(), HasSubstr("stopped"));
}

}  // namespace
}  // namespace larder::tool
