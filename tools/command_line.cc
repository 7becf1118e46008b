// options.h and command_line.h both: the library that they hide takes long to compile, so that one file includes it.
#include "command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <ostream>
#include <sstream>

#include "words.h"

namespace larder::tool {

struct Options::Impl {
  CLI::App& app;
  DescribedCommand described = {};
  std::string group = {};
  bool settings = false;
  std::string config_file = {};

  void Describe(CLI::Option& option, DescribedOption said) {
    if (!group.empty()) option.group(group);
    said.group = group;
    said.help = option.get_description();
    described.options.push_back(std::move(said));
  }
  // A value that is wrong is told by `parse`, which gives false for it; `wanted` says what would be right.
  template <class Parse>
  CLI::Option& Parsed(const std::string& names, const std::string& help, const std::string& wanted, Parse parse) {
    const auto read = [names, wanted, parse](const CLI::results_t& given) {
      if (!parse(given.back())) throw CLI::ValidationError(names, given.back() + ": it takes " + wanted);
      return true;
    };
    return *app.add_option(names, CLI::callback_t(read), help)->take_last();
  }
};

struct CommandLine::Impl {
  explicit Impl(const std::string& name, const std::string& summary) : app(summary, name) {}
  CLI::App app;
  std::unique_ptr<Options> common;
  std::vector<std::unique_ptr<Options>> commands;
};

namespace {

std::string Joined(const std::vector<std::string>& choices) {
  std::string text;
  for (const auto& choice : choices) text += (text.empty() ? "" : "|") + choice;
  return text;
}

bool IsOneOf(const std::vector<std::string>& choices, const std::string& text) {
  return std::find(choices.begin(), choices.end(), text) != choices.end();
}

std::string Number(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

// LARDER_LIST_INTERVAL for --list-interval.
std::string VariableOf(const std::string& long_name) {
  std::string name = "LARDER_" + long_name;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
  return name;
}

CLI::Option* Named(CLI::App& app, const std::string& long_name) { return app.get_option_no_throw("--" + long_name); }

void Give(CLI::Option& option, const std::vector<std::string>& values, const std::string& source) {
  if (option.count() > 0 || values.empty()) return;
  try {
    for (const auto& value : values) option.add_result(value);
    option.run_callback();
  } catch (const CLI::ParseError& error) {
    throw CLI::ValidationError(source, error.what());
  }
}

// What an option that may be repeated has in a variable: values with blanks between them.
std::vector<std::string> ValuesIn(const CLI::Option& option, const std::string& text) {
  if (option.get_expected_max() <= 1) return {text};
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
}

void ReadVariables(CLI::App& app, const Console& console) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty() || option == app.get_help_ptr() || option == app.get_version_ptr()) continue;
    const std::string variable = VariableOf(option->get_lnames().front());
    if (const auto value = console.Env(variable); !value.empty()) Give(*option, ValuesIn(*option, value), variable);
  }
}

// One file serves every command that takes one: what only others of them know is passed over.
bool IsAnothersSetting(CLI::App& tool, const std::string& name) {
  const auto commands = tool.get_subcommands(
      [&name](CLI::App* command) { return Named(*command, "config") != nullptr && Named(*command, name) != nullptr; });
  return !commands.empty();
}

void ReadConfigFile(CLI::App& command, CLI::App& tool, const std::string& file) {
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_file(file);
  } catch (const CLI::FileError&) {
    throw CLI::ValidationError("--config", file + " cannot be read");
  }
  for (const auto& item : items) {
    CLI::Option* option = item.parents.empty() ? Named(command, item.name) : nullptr;
    if (option == nullptr && item.parents.empty()) option = Named(tool, item.name);
    if (option == nullptr && item.parents.empty() && IsAnothersSetting(tool, item.name)) continue;
    if (option == nullptr || option == command.get_help_ptr() || item.name == "config") {
      throw CLI::ValidationError(file, item.fullname() + " is no option of " + command.get_name());
    }
    Give(*option, item.inputs, file);
  }
}

}  // namespace

Options::Options(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Options::~Options() = default;
const DescribedCommand& Options::Described() const { return impl_->described; }
void Options::Group(std::string title) { impl_->group = std::move(title); }

void Options::Flag(std::string names, bool& into, std::string help) {
  impl_->Describe(*impl_->app.add_flag(names, into, help), {.names = names});
}

void Options::Count(std::string names, int& into, std::string help) {
  impl_->Describe(*impl_->app.add_flag(names, into, help), {.names = names, .repeated = true});
}

void Options::Value(std::string names, std::string& into, std::string type_name, std::string help) {
  auto* option = impl_->app.add_option(names, into, help)->take_last()->type_name(type_name);
  impl_->Describe(*option, {.names = names, .value = type_name, .initial = into});
}

void Options::Values(std::string names, std::vector<std::string>& into, std::string type_name, std::string help) {
  auto* option = impl_->app.add_option(names, into, help)->allow_extra_args(false)->type_name(type_name);
  impl_->Describe(*option, {.names = names, .value = type_name, .repeated = true});
}

void Options::Number(std::string names, std::optional<std::size_t>& into, std::string type_name, std::string help) {
  auto& option = impl_->Parsed(names, help, "a number", [&into](const std::string& text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return false;
    into = number;
    return true;
  });
  impl_->Describe(*option.type_name(type_name), {.names = names, .value = type_name});
}

void Options::Whole(std::string names, int& into, int least, int most, std::string help) {
  auto* option = impl_->app.add_option(names, into, help)->take_last()->capture_default_str()->type_name("N");
  option->check(CLI::Range(least, most).description(""));
  impl_->Describe(*option, {.names = names, .value = "N", .initial = std::to_string(into)});
}

void Options::Real(std::string names, double& into, std::string type_name, std::string help) {
  auto* option = impl_->app.add_option(names, into, help)->take_last()->capture_default_str()->type_name(type_name);
  option->check(CLI::Validator(CLI::PositiveNumber).description(""));
  impl_->Describe(*option, {.names = names, .value = type_name, .initial = tool::Number(into)});
}

void Options::Span(std::string names, std::optional<std::chrono::milliseconds>& into, std::string help) {
  auto& option = impl_->Parsed(names, help, "a time such as 90s, 10m, 2h or 7d", [&into](const std::string& text) {
    const auto span = ParseSpan(text);
    if (span.has_value()) into = *span;
    return span.has_value();
  });
  impl_->Describe(*option.type_name("SPAN"), {.names = names, .value = "SPAN"});
}

void Options::Choice(std::string names, std::string& into, std::vector<std::string> choices, std::string help) {
  auto& option = impl_->Parsed(names, help, Joined(choices), [&into, choices](const std::string& text) {
    if (!IsOneOf(choices, text)) return false;
    into = text;
    return true;
  });
  option.type_name(Joined(choices))->default_str(into);
  impl_->Describe(option, {.names = names, .value = Joined(choices), .initial = into, .choices = choices});
}

void Options::Choices(std::string names, std::vector<std::string>& into, std::vector<std::string> choices,
                      std::string help) {
  auto* option = impl_->app.add_option(names, into, help)->allow_extra_args(false)->type_name(Joined(choices));
  option->check(CLI::Validator(
      [choices](const std::string& text) {
        return IsOneOf(choices, text) ? std::string() : text + ": it takes " + Joined(choices);
      },
      ""));
  impl_->Describe(*option, {.names = names, .value = Joined(choices), .choices = choices, .repeated = true});
}

void Options::Argument(std::string name, std::string& into, std::string type_name, std::string help) {
  impl_->app.add_option(name, into, help)->required()->type_name(type_name);
  impl_->described.arguments.push_back({.name = name, .value = type_name, .help = help});
}

void Options::OptionalArgument(std::string name, std::string& into, std::string type_name, std::string help) {
  impl_->app.add_option(name, into, help)->type_name(type_name);
  impl_->described.arguments.push_back({.name = name, .value = type_name, .help = help, .required = false});
}

void Options::Arguments(std::string name, std::vector<std::string>& into, std::string type_name, std::string help) {
  impl_->app.add_option(name, into, help)->required()->type_name(type_name);
  impl_->described.arguments.push_back({.name = name, .value = type_name, .help = help, .repeated = true});
}

void Options::OptionalArguments(std::string name, std::vector<std::string>& into, std::string type_name,
                                std::string help) {
  impl_->app.add_option(name, into, help)->type_name(type_name);
  impl_->described.arguments.push_back(
      {.name = name, .value = type_name, .help = help, .required = false, .repeated = true});
}

void Options::Footer(std::string text) {
  impl_->app.footer("\n" + text);
  impl_->described.footer = std::move(text);
}

void Options::FromEnvironment(const std::string& option, std::string variable) {
  impl_->app.get_option(option)->envname(variable);
  for (auto& described : impl_->described.options) {
    if (described.names.find(option) != std::string::npos) described.variable = variable;
  }
}

void Options::Settings() {
  impl_->settings = true;
  Value("--config", impl_->config_file, "FILE",
        "Take options that are not given from this file: lines of name = value");
}

CommandLine::CommandLine(const std::string& name, const std::string& summary, const std::string& footer,
                         const std::string& version)
    : impl_(std::make_unique<Impl>(name, summary)) {
  impl_->app.set_version_flag("--version", version);
  impl_->app.require_subcommand(1);
  impl_->app.fallthrough();
  impl_->app.get_formatter()->column_width(30);
  impl_->app.failure_message([](const CLI::App* app, const CLI::Error& error) {
    const auto chosen = app->get_subcommands();
    const std::string command = chosen.empty() ? std::string() : chosen.front()->get_name() + " ";
    return "larder: " + std::string(error.what()) + "\n  larder " + command + "--help shows what there is\n";
  });
  impl_->common = std::make_unique<Options>(
      std::make_unique<Options::Impl>(impl_->app, DescribedCommand{.name = name, .summary = summary}));
  impl_->common->Footer(footer);
}
CommandLine::~CommandLine() = default;

Options& CommandLine::common() { return *impl_->common; }

Options& CommandLine::Add(const std::string& name, const std::string& group, const std::string& summary) {
  CLI::App* app = impl_->app.add_subcommand(name, summary)->group(group);
  impl_->commands.push_back(std::make_unique<Options>(
      std::make_unique<Options::Impl>(*app, DescribedCommand{.name = name, .group = group, .summary = summary})));
  return *impl_->commands.back();
}

CommandLine::Outcome CommandLine::Parse(const std::vector<std::string>& arguments, const Console& console) {
  Outcome outcome;
  try {
    impl_->app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    const auto chosen = std::find_if(impl_->commands.begin(), impl_->commands.end(),
                                     [](const auto& options) { return options->impl_->app.parsed(); });
    outcome.command = static_cast<std::size_t>(chosen - impl_->commands.begin());
    if (auto& options = *(*chosen)->impl_; options.settings) {
      ReadVariables(options.app, console);
      ReadVariables(impl_->app, console);
      if (!options.config_file.empty()) ReadConfigFile(options.app, impl_->app, options.config_file);
    }
  } catch (const CLI::ParseError& error) {
    const int code = impl_->app.exit(error, *console.out, *console.err);
    outcome.exit = code == 0 ? Exit::yes : Exit::usage;
  }
  return outcome;
}

DescribedTool CommandLine::Described() const {
  DescribedTool tool{.tool = impl_->common->Described(), .commands = {}};
  for (const auto& options : impl_->commands) tool.commands.push_back(options->Described());
  return tool;
}

}  // namespace larder::tool
