// `larder verify` of files that may take down whoever reads them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <utility>

#include "child.h"
#include "support/corpus.h"
#include "terminal.h"

namespace larder::tool {
namespace {

using ::testing::HasSubstr;
using testing::ReadFile;

void Replace(const std::string& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }

void FlipBit(const std::string& path, std::uint64_t bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(bit / 8));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(bit / 8));
  file.put(static_cast<char>(byte ^ 1 << bit % 8));
}

TEST(VerifyCommand, SurvivesDamagedPagesAndSaysThatTheyCannotBeRepaired) {
  Terminal larder;
  larder.Fill();
  const std::string data = larder.path() + "/store/data.mdb";
  const std::string whole = ReadFile(data);
  // The first pages, the heads of all others, and a file of which the most is gone.
  std::vector<std::string> damages(3, whole);
  damages[0][40] = 'x';
  for (std::size_t at = 2 * 4096; at < whole.size(); at += 4096) damages[1][at + 10] = '\x7F';
  damages[2].replace(8192, std::string::npos, std::string(whole.size() - 8192, '\0'));
  for (std::size_t i = 0; i < damages.size(); ++i) {
    Replace(data, damages[i]);
    const auto ran = larder({"verify", "--repair"});
    EXPECT_EQ(ran.exit, Exit::no) << i << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("damaged below the records: ")) << i;
    EXPECT_THAT(ran.err, HasSubstr("move its directory away")) << i;
    EXPECT_EQ(ReadFile(data), damages[i]) << "nothing is written to such a file";
    EXPECT_GT(nlohmann::json::parse(larder({"verify", "--json"}).out)["Structure"]["Faults"], 0);
  }
  Replace(data, whole);
  EXPECT_EQ(larder({"verify"}).exit, Exit::yes);
}

// Where it finds nothing, a process that reads the store through LMDB finds every record as it was.
TEST(VerifyCommand, SurvivesAnyFlippedBitAndCallsNothingWholeThatIsNot) {
  Terminal larder;
  larder.Fill();
  const std::string data = larder.path() + "/store/data.mdb";
  const std::string whole = ReadFile(data);
  const std::vector<std::string> dump = {"dump", "--format", "ndjson"};
  const std::string contents = larder(dump).out;
  const std::uint64_t pages = whole.size() / 4096;
  ASSERT_GT(pages, 2U);
  std::mt19937_64 random(11);
  std::vector<std::uint64_t> bits;
  for (int i = 0; i < 20; ++i) bits.push_back(random() % (whole.size() * 8));
  for (int i = 0; i < 20; ++i) bits.push_back(random() % pages * 4096 * 8 + random() % (64 * 8));  // heads of pages
  for (std::uint64_t bit = 16 * 8; bit < 152 * 8; bit += 31) bits.push_back(bit + (bit / 31 % 2) * 4096 * 8);
  int found = 0;
  for (const std::uint64_t bit : bits) {
    FlipBit(data, bit);
    const auto ran = larder({"verify"});
    if (ran.exit == Exit::yes) {
      std::string read;
      const auto reader =
          RunInChild([&](const Telling& telling) { telling.Say(larder(dump).out == contents ? "same" : "other"); },
                     [&](std::string_view line) { read = line; });
      ASSERT_TRUE(reader.has_value()) << reader.error().ToString();
      EXPECT_TRUE(reader->whole) << "bit " << bit << ": signal " << reader->signal;
      EXPECT_EQ(read, "same") << "bit " << bit;
    } else {
      ++found;
      EXPECT_TRUE(ran.exit == Exit::no || ran.exit == Exit::no_answer) << "bit " << bit;
      EXPECT_NE(ran.out + ran.err, "") << "bit " << bit;
    }
    FlipBit(data, bit);
  }
  EXPECT_GT(found, 10);
  EXPECT_EQ(ReadFile(data), whole);
  EXPECT_EQ(larder({"verify"}).exit, Exit::yes);
}

// The processes that this one has started and not waited for.
std::vector<pid_t> Children() {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream stat(entry.path() / "stat");
    std::string text;
    std::getline(stat, text);
    std::istringstream after_name(text.substr(text.rfind(')') + 1));
    char state = 0;
    pid_t parent = 0;
    if (after_name >> state >> parent && parent == getpid()) children.push_back(std::stoi(name));
  }
  return children;
}

// Standard error on which the first sign of progress brings down the process that reads the store.
class FatalProgress final : public std::stringbuf {
 public:
  int killed() const { return killed_; }

 protected:
  int sync() override {
    if (killed_ > 0) return 0;
    for (const pid_t child : Children()) {
      kill(child, SIGBUS);  // what a read beyond the end of a mapped file gives
      ++killed_;
    }
    return 0;
  }

 private:
  int killed_ = 0;
};

// More damaged records than fit the pipe: when the first of them are told, the child has most of them still to tell.
TEST(VerifyCommand, TellsOfAnEngineThatWentDownAndExitsWithOne) {
  Terminal larder;
  larder.Fill();
  {
    WriteBatch batch;
    for (int i = 0; i < 6'000; ++i) {
      batch.Put(Key::Image("ghcr.io/x/y", "v" + std::to_string(i)), std::vector<std::byte>(64, std::byte{7}));
    }
    ASSERT_TRUE(OpenStore(larder.url()).value()->Write(batch, WriteOptions{kNow}).has_value());
  }
  for (const bool json : {false, true}) {
    FatalProgress buffer;
    std::ostream err(&buffer);
    std::ostringstream out;
    Console console;
    console.out = &out;
    console.err = &err;
    console.err_is_terminal = true;
    console.now = kNow;
    std::vector<std::string> arguments = {"--store", larder.url(), "verify", "--repair"};
    if (json) arguments.emplace_back("--json");
    EXPECT_EQ(tool::Run(arguments, console), Exit::no);
    EXPECT_EQ(buffer.killed(), 1);
    if (json) {
      const auto told = nlohmann::json::parse(out.str());
      EXPECT_FALSE(told["Whole"]);
      EXPECT_TRUE(told["Structure"]["Crashed"]);
      EXPECT_EQ(told["Structure"]["Faults"], 1);
      EXPECT_FALSE(told.contains("Removed")) << "nothing is written to a store that brings the engine down";
    } else {
      EXPECT_THAT(out.str(),
                  HasSubstr("damaged below the records: the engine goes down when it reads the files (signal " +
                            std::to_string(SIGBUS) + ")"));
      EXPECT_THAT(buffer.str(), HasSubstr("move its directory away"));
    }
  }
  EXPECT_THAT(larder({"verify"}).out, HasSubstr("6,004 records read: 6,000 damaged"));
}

}  // namespace
}  // namespace larder::tool
