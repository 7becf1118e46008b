// The commands as a person sees them: on a pseudo-terminal, narrow and wide, with and without colours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "golden.h"
#include "sample_store.h"
#include "support/pseudo_terminal.h"
#include "table.h"
#include "terminal.h"

namespace larder::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OnATerminal : public ::testing::Test {
 protected:
  void SetUp() override {
    larder_.now = kSampleNow;
    auto filled = FillWithSamples(larder_.url());
    ASSERT_TRUE(filled.has_value()) << filled.error().ToString();
  }

  testing::TerminalRun Run(unsigned short columns, std::vector<std::string> arguments, bool color) const {
    arguments.insert(arguments.begin(), {"--store", larder_.url()});
    return testing::RunOnTerminal(columns, [&] {
      ::unsetenv("COLUMNS");
      ::setenv("TERM", "xterm", 1);
      color ? ::unsetenv("NO_COLOR") : ::setenv("NO_COLOR", "1", 1);
      Console console = ProcessConsole(std::cout, std::cerr);
      console.now = kSampleNow;
      const auto exit = tool::Run(arguments, console);
      std::cout.flush();
      return static_cast<int>(exit);
    });
  }

  Terminal larder_;
};

std::size_t LongestLine(const std::string& text) {
  std::size_t longest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, Width(line));
  return longest;
}

TEST_F(OnATerminal, TablesFitNarrowAndWideOnes) {
  const std::string host = kSampleHost;
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {"dump", {"dump", "--include", host + "/demo/broken"}},
      {"stats", {"stats", "--limit", "2"}},
      {"due", {"due", "--within", "30m"}},
      {"list", {"list"}},
      {"tags", {"tags", host + "/demo/windows"}}};
  for (const auto& [name, arguments] : cases) {
    const auto narrow = Run(80, arguments, false);
    const auto wide = Run(200, arguments, false);
    EXPECT_GE(narrow.status, 0);
    EXPECT_LE(LongestLine(narrow.output), 80U) << name << '\n' << narrow.output;
    EXPECT_LE(LongestLine(wide.output), 200U) << name << '\n' << wide.output;
    EXPECT_THAT(narrow.output + wide.output, Not(HasSubstr("\033["))) << name;
    ExpectGolden(std::string(name) + "_80.txt", narrow.output);
    ExpectGolden(std::string(name) + "_200.txt", wide.output);
  }
}

TEST_F(OnATerminal, ColoursAreForTerminalsThatWantThem) {
  const std::string host = kSampleHost;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"stats"}, {"inspect", host + "/demo/web:latest"}, {"list"}}) {
    const auto colored = Run(80, arguments, true).output;
    const auto plain = Run(80, arguments, false).output;
    EXPECT_THAT(colored, HasSubstr("\033["));
    std::string stripped;
    for (std::size_t i = 0; i < colored.size(); ++i) {
      if (colored[i] == '\033') {
        i = colored.find('m', i);
      } else {
        stripped += colored[i];
      }
    }
    EXPECT_EQ(stripped, plain);
    EXPECT_THAT(larder_(arguments).out, Not(HasSubstr("\033[")));
  }
}

}  // namespace
}  // namespace larder::tool
