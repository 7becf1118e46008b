// The options of commands: read from the command line, variables and files; described for help, man pages, completion.
#include "command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "app.h"
#include "support/temp_dir.h"

namespace larder::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// One command with an option of each kind.
class CommandLineTest : public ::testing::Test {
 protected:
  void Make(bool settings) {
    line_ = std::make_unique<CommandLine>("tool", "A tool.", "The end.", "tool 1");
    Options& options = line_->Add("cook", "Kitchen", "Cooks something");
    options.Argument("dish", dish_, "DISH", "What to cook");
    options.OptionalArguments("more", more_, "DISH", "More of it");
    options.Flag("--hot", hot_, "Very hot");
    options.Value("-p,--pan", pan_, "PAN", "In this pan");
    options.Values("--spice", spices_, "SPICE", "With this (repeatable)");
    options.Number("--guests", guests_, "N", "For so many");
    options.Whole("--plates", plates_, 1, 9, "On so many");
    options.Real("--salt", salt_, "GRAMS", "So much salt");
    options.Span("--cook-for", span_, "So long");
    options.Choice("--style", style_, {"boiled", "fried"}, "How");
    options.Choices("--side", sides_, {"rice", "bread"}, "With");
    options.Footer("Enjoy.");
    if (settings) options.Settings();
  }
  std::optional<Exit> Parse(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    console_.out = &out_;
    console_.err = &err_;
    return line_->Parse(arguments, console_).exit;
  }

  std::string dish_, pan_ = "iron", style_ = "fried";
  std::vector<std::string> more_, spices_, sides_;
  bool hot_ = false;
  std::optional<std::size_t> guests_;
  int plates_ = 2;
  double salt_ = 1.5;
  std::optional<std::chrono::milliseconds> span_;
  std::unique_ptr<CommandLine> line_;
  Console console_;
  std::ostringstream out_, err_;
  testing::TempDir dir_;
};

TEST_F(CommandLineTest, ReadsEachKindOfOption) {
  Make(false);
  EXPECT_EQ(Parse({"cook",       "--spice", "salt",    "egg",      "ham",    "--spice",  "dill",   "--hot",  "-p",
                   "a",          "--pan",   "b",       "--guests", "4",      "--plates", "9",      "--salt", "0.25",
                   "--cook-for", "90s",     "--style", "boiled",   "--side", "rice",     "--side", "bread"}),
            std::nullopt)
      << err_.str();
  EXPECT_EQ(dish_, "egg");
  EXPECT_THAT(more_, ElementsAre("ham"));
  EXPECT_THAT(spices_, ElementsAre("salt", "dill")) << "one value each time";
  EXPECT_TRUE(hot_);
  EXPECT_EQ(pan_, "b") << "the last one counts";
  EXPECT_EQ(guests_, 4U);
  EXPECT_EQ(plates_, 9);
  EXPECT_EQ(salt_, 0.25);
  EXPECT_EQ(span_, std::chrono::seconds(90));
  EXPECT_EQ(style_, "boiled");
  EXPECT_THAT(sides_, ElementsAre("rice", "bread"));
}

TEST_F(CommandLineTest, RefusesWhatAnOptionDoesNotTake) {
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{{"--guests", "-1"},
                                                                                     {"--guests", "4x"},
                                                                                     {"--plates", "10"},
                                                                                     {"--plates", "0"},
                                                                                     {"--salt", "0"},
                                                                                     {"--cook-for", "90"},
                                                                                     {"--cook-for", "-3s"},
                                                                                     {"--cook-for", "9999999999d"},
                                                                                     {"--style", "raw"},
                                                                                     {"--side", "soup"}}) {
    Make(false);
    std::vector<std::string> arguments = {"cook", "egg"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(Parse(arguments), Exit::usage) << wrong[0] << wrong[1];
    EXPECT_THAT(err_.str(), HasSubstr(wrong[0])) << err_.str();
  }
}

TEST_F(CommandLineTest, SettingsComeFromTheLineThenTheVariableThenTheFile) {
  const std::string file = (dir_.path() / "tool.toml").string();
  std::ofstream(file) << "# a comment\nguests = 3\nplates = 4\npan = \"copper\"\nspice = [\"a\", \"b\"]\nhot = true\n"
                         "cook-for = \"2h\"\n";
  console_.environment = {{"LARDER_PLATES", "5"}, {"LARDER_COOK_FOR", "3h"}, {"LARDER_PAN", "steel"}};
  Make(true);
  EXPECT_EQ(Parse({"cook", "egg", "--config", file, "--pan", "clay"}), std::nullopt) << err_.str();
  EXPECT_EQ(guests_, 3U);
  EXPECT_EQ(plates_, 5);
  EXPECT_EQ(pan_, "clay");
  EXPECT_EQ(span_, std::chrono::hours(3));
  EXPECT_THAT(spices_, ElementsAre("a", "b"));
  EXPECT_TRUE(hot_);
}

TEST_F(CommandLineTest, WrongSettingsAreToldWithTheirPlace) {
  const std::string file = (dir_.path() / "tool.toml").string();
  const std::pair<const char*, const char*> cases[] = {
      {"guests = many\n", "guests"}, {"colour = red\n", "colour"}, {"[other]\nguests = 1\n", "other"}};
  for (const auto& [text, says] : cases) {
    std::ofstream(file, std::ios::trunc) << text;
    Make(true);
    EXPECT_EQ(Parse({"cook", "egg", "--config", file}), Exit::usage) << text;
    EXPECT_THAT(err_.str(), HasSubstr(file));
    EXPECT_THAT(err_.str(), HasSubstr(says));
  }
  Make(true);
  EXPECT_EQ(Parse({"cook", "egg", "--config", file + ".absent"}), Exit::usage);
  EXPECT_THAT(err_.str(), HasSubstr(".absent cannot be read"));
  console_.environment = {{"LARDER_STYLE", "raw"}};
  Make(true);
  EXPECT_EQ(Parse({"cook", "egg"}), Exit::usage);
  EXPECT_THAT(err_.str(), HasSubstr("LARDER_STYLE"));
}

TEST_F(CommandLineTest, WithoutSettingsVariablesMeanNothing) {
  console_.environment = {{"LARDER_STYLE", "raw"}};
  Make(false);
  EXPECT_EQ(Parse({"cook", "egg"}), std::nullopt);
  EXPECT_EQ(style_, "fried");
}

TEST_F(CommandLineTest, HelpHasWhatIsDescribed) {
  Make(true);
  EXPECT_EQ(Parse({"cook", "--help"}), Exit::yes);
  const DescribedCommand cook = line_->Described().commands.at(0);
  EXPECT_EQ(cook.name, "cook");
  EXPECT_EQ(cook.group, "Kitchen");
  for (const auto& option : cook.options) {
    EXPECT_THAT(out_.str(), HasSubstr(option.names));
    EXPECT_THAT(out_.str(), HasSubstr(option.value));
    EXPECT_THAT(out_.str(), HasSubstr(option.help));
  }
  for (const auto& argument : cook.arguments) EXPECT_THAT(out_.str(), HasSubstr(argument.help));
  EXPECT_THAT(out_.str(), HasSubstr("Enjoy."));
}

TEST(Described, EveryCommandOfTheToolSaysWhatItIs) {
  const DescribedTool tool = Described();
  EXPECT_EQ(tool.tool.name, "larder");
  std::set<std::string> names;
  for (const auto& command : tool.commands) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_NE(command.summary, "");
    EXPECT_NE(command.footer, "") << command.name << ": what its exit codes mean";
    for (const auto& option : command.options) EXPECT_NE(option.help, "") << command.name << ' ' << option.names;
    for (const auto& argument : command.arguments) EXPECT_NE(argument.help, "") << command.name << ' ' << argument.name;
  }
  EXPECT_EQ(names.count("dump"), 1U);
}

}  // namespace
}  // namespace larder::tool
