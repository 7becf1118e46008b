// The options of commands: read from the command line, variables and files; described for help, man pages, completion.
#include "command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>

#include "app.h"
#include "host_access.h"
#include "support/temp_dir.h"
#include "terminal.h"

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

TEST_F(CommandLineTest, OneFileServesSeveralCommands) {
  const std::string file = (dir_.path() / "tool.toml").string();
  std::ofstream(file) << "guests = 3\nbroom = \"wide\"\n";
  std::string broom, bucket;
  Make(true);
  Options& sweep = line_->Add("sweep", "Kitchen", "Sweeps");
  sweep.Value("--broom", broom, "BROOM", "With this");
  sweep.Settings();
  line_->Add("wash", "Kitchen", "Washes").Value("--bucket", bucket, "BUCKET", "With this");
  EXPECT_EQ(Parse({"cook", "egg", "--config", file}), std::nullopt) << err_.str();
  EXPECT_EQ(guests_, 3U);
  EXPECT_EQ(broom, "") << "it is not the command that runs";
  std::ofstream(file) << "bucket = \"red\"\n";
  EXPECT_EQ(Parse({"cook", "egg", "--config", file}), Exit::usage) << "wash takes no file";
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

// The hosts that the options of a command line make.
class HostOptionsTest : public ::testing::Test {
 protected:
  Result<std::map<std::string, HostSettings>> Hosts(std::vector<std::string> arguments) {
    CommandLine line("tool", "A tool.", "", "tool 1");
    Options& options = line.Add("ask", "Ask", "Asks");
    HostAccess access;
    access.AddOptions(options);
    options.Settings();
    std::ostringstream out;
    console_.out = &out;
    console_.err = &out;
    arguments.insert(arguments.begin(), "ask");
    EXPECT_EQ(line.Parse(arguments, console_).exit, std::nullopt) << out.str();
    return access.Hosts();
  }
  Console console_;
  testing::TempDir dir_;
};

TEST_F(HostOptionsTest, EachSettingIsOfTheHostThatIsNamed) {
  const auto hosts =
      Hosts({"--insecure-host", "i.example", "--host-ca", "a.example=ca.pem", "--host-cert", "a.example=c=1.pem",
             "--host-key", "a.example=k.pem", "--host-proxy", "a.example=http://u:p@proxy:3128", "--host-proxy",
             "[::1]:5000=none", "--host-connect", "a.example:8443=127.0.0.1:5000"});
  ASSERT_TRUE(hosts.has_value()) << hosts.error().ToString();
  EXPECT_TRUE(hosts->at("i.example").insecure);
  const HostSettings& a = hosts->at("a.example");
  EXPECT_FALSE(a.insecure);
  EXPECT_EQ(a.ca_file, "ca.pem");
  EXPECT_EQ(a.client_cert_file, "c=1.pem") << "split at the first '='";
  EXPECT_EQ(a.client_key_file, "k.pem");
  EXPECT_EQ(a.proxy, "http://u:p@proxy:3128");
  EXPECT_EQ(a.connect_to, "");
  EXPECT_EQ(hosts->at("[::1]:5000").proxy, "none");
  EXPECT_EQ(hosts->at("a.example:8443").connect_to, "127.0.0.1:5000");
  EXPECT_EQ(hosts->at("a.example:8443").ca_file, "ca.pem") << "what is set for the host holds for its ports";
}

TEST_F(HostOptionsTest, WhatIsSetForAllHoldsForEachButForInsecure) {
  const auto hosts =
      Hosts({"--insecure-host", "*", "--host-cert", "*=all.pem", "--host-key", "*=all.key", "--host-proxy",
             "*=http://proxy", "--host-ca", "a.example=ca.pem", "--host-cert", "b.example=b.pem"});
  ASSERT_TRUE(hosts.has_value()) << hosts.error().ToString();
  const HostSettings a = SettingsFor(*hosts, "a.example", "443");
  EXPECT_FALSE(a.insecure) << "it has an authority";
  EXPECT_EQ(a.client_key_file, "all.key");
  EXPECT_EQ(a.proxy, "http://proxy");
  EXPECT_EQ(SettingsFor(*hosts, "b.example", "5000").client_key_file, "") << "its certificate's file has it";
  EXPECT_TRUE(SettingsFor(*hosts, "other.example", "443").insecure);
}

TEST_F(HostOptionsTest, LoopbackIsInsecureUnlessItIsNamed) {
  const auto hosts = Hosts({"--host-ca", "localhost:5000=ca.pem", "--host-proxy", "*=http://proxy"});
  ASSERT_TRUE(hosts.has_value()) << hosts.error().ToString();
  for (const char* host : {"localhost", "127.0.0.1", "[::1]"}) {
    EXPECT_TRUE(SettingsFor(*hosts, host, "443").insecure) << host;
    EXPECT_EQ(SettingsFor(*hosts, host, "443").proxy, "http://proxy") << host;
    EXPECT_TRUE(SettingsFor({}, host, "5000").insecure) << host;
  }
  EXPECT_FALSE(SettingsFor(*hosts, "localhost", "5000").insecure);
  EXPECT_FALSE(SettingsFor(*hosts, "a.example", "443").insecure);
}

TEST_F(HostOptionsTest, WhatIsNoPairIsRefusedWithWhatItShouldBe) {
  const std::tuple<const char*, const char*, const char*> cases[] = {{"--insecure-host", "", "HOST"},
                                                                     {"--host-ca", "nofile", "HOST=FILE"},
                                                                     {"--host-cert", "=file", "HOST=FILE"},
                                                                     {"--host-proxy", "h", "HOST=URL"},
                                                                     {"--host-connect", "h=", "HOST=ADDR:PORT"},
                                                                     {"--host-key", "h=k.pem", "--host-cert h=FILE"}};
  for (const auto& [option, value, says] : cases) {
    const auto hosts = Hosts({option, value});
    ASSERT_FALSE(hosts.has_value()) << option;
    EXPECT_EQ(hosts.error().code, Errc::invalid_argument);
    EXPECT_THAT(hosts.error().message, HasSubstr(option));
    EXPECT_THAT(hosts.error().message, HasSubstr(says));
  }
}

TEST_F(HostOptionsTest, TheyMayStandInAFileAndInVariables) {
  const std::string file = (dir_.path() / "tool.toml").string();
  std::ofstream(file) << "host-cert = [\"a.example=a.pem\", \"b.example=b.pem\"]\nhost-key = \"a.example=a.key\"\n";
  console_.environment = {{"LARDER_HOST_PROXY", "a.example=http://proxy"}, {"LARDER_CONFIG", file}};
  const auto hosts = Hosts({});
  ASSERT_TRUE(hosts.has_value()) << hosts.error().ToString();
  EXPECT_EQ(hosts->at("a.example").client_key_file, "a.key");
  EXPECT_EQ(hosts->at("a.example").proxy, "http://proxy");
  EXPECT_EQ(hosts->at("b.example").client_cert_file, "b.pem");
}

TEST(Described, EveryCommandThatAsksRegistriesCanReachThemAlike) {
  std::set<std::string> asking;
  for (const auto& command : Described().commands) {
    std::set<std::string> names;
    for (const auto& option : command.options) names.insert(option.names);
    if (names.count("--docker-config") == 0) continue;
    asking.insert(command.name);
    for (const char* name :
         {"--insecure-host", "--host-ca", "--host-cert", "--host-key", "--host-proxy", "--host-connect", "--ecr-region",
          "--ecr-include-id", "--ecr-exclude-id", "--require", "--config"}) {
      EXPECT_EQ(names.count(name), 1U) << command.name << ' ' << name;
    }
  }
  EXPECT_THAT(asking, ElementsAre("doctor", "get", "refresh", "run"));
}

// "--list-interval" of "-l,--list-interval".
std::string LongName(const DescribedOption& option) { return option.names.substr(option.names.find("--") + 2); }

// What `larder run`, which lacks the images, answers to a variable or a line of its file.
Terminal::Ran RunWith(const std::string& variable, const std::string& value, const std::string& line) {
  Terminal larder;
  const std::string file = larder.path() + "/config";
  std::ofstream(file) << line << '\n';
  if (!variable.empty()) larder.console.environment[variable] = value;
  return larder({"run", "--config", file});
}

TEST(Described, EveryOptionOfRunMayStandInAFileAndInAVariable) {
  const DescribedTool tool = Described();
  const auto run = std::find_if(tool.commands.begin(), tool.commands.end(),
                                [](const DescribedCommand& command) { return command.name == "run"; });
  ASSERT_NE(run, tool.commands.end());
  std::vector<DescribedOption> options = run->options;
  options.insert(options.end(), tool.tool.options.begin(), tool.tool.options.end());
  EXPECT_GE(options.size(), 20U);
  const std::string lacks = "which images?";
  for (const auto& option : options) {
    const std::string name = LongName(option);
    std::string variable = "LARDER_" + name;
    for (char& c : variable) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    std::string value = "a=b";
    if (option.value.empty()) value = "true";
    if (option.value == "N") value = "7";
    if (option.value == "SPAN") value = "90s";
    if (!option.choices.empty()) value = option.choices.front();
    if (name == "config") continue;  // tried by each of the others
    const std::string expected = name == "images" ? "a=b: cannot be read" : lacks;
    const auto by_file = RunWith("", "", name + " = \"" + value + "\"");
    EXPECT_THAT(by_file.err, HasSubstr(expected)) << name;
    const auto by_variable = RunWith(variable, value, "");
    EXPECT_THAT(by_variable.err, HasSubstr(expected)) << variable;
    if (value == "a=b") continue;  // any text will do
    const auto wrong = RunWith(variable, "!", "");
    EXPECT_EQ(wrong.exit, Exit::usage) << variable;
    EXPECT_THAT(wrong.err, HasSubstr(variable));
  }
}

TEST_F(CommandLineTest, AVariableMayHaveSeveralValuesOfWhatMayBeRepeated) {
  console_.environment = {{"LARDER_SPICE", " salt  pepper "}, {"LARDER_PAN", "cast iron"}};
  Make(true);
  EXPECT_EQ(Parse({"cook", "egg"}), std::nullopt) << err_.str();
  EXPECT_THAT(spices_, ElementsAre("salt", "pepper"));
  EXPECT_EQ(pan_, "cast iron");
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
