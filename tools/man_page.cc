#include <algorithm>
#include <sstream>

#include "completion.h"

namespace larder::tool {
namespace {

// Text of a page: what the formatter would take for its own is escaped.
std::string Escaped(std::string_view text) {
  std::string escaped;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
    begins = c == '\n';
  }
  return escaped;
}

std::string Bold(std::string_view text) { return "\\fB" + Escaped(text) + "\\fR"; }
std::string Italic(std::string_view text) { return "\\fI" + Escaped(text) + "\\fR"; }

std::string Upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

void OptionLines(std::ostream& out, const std::vector<DescribedOption>& options) {
  for (const auto& option : options) {
    out << ".TP\n";
    std::string names;
    for (const auto& name : NamesOf(option)) names += (names.empty() ? "" : ", ") + Bold(name);
    out << names;
    if (!option.value.empty()) out << ' ' << Italic(option.value);
    out << '\n' << Escaped(option.help);
    if (!option.help.empty() && option.help.back() != '.') out << '.';
    if (!option.initial.empty()) out << "\nDefault: " << Escaped(option.initial) << '.';
    if (!option.variable.empty()) out << "\nEnvironment: " << Bold(option.variable) << '.';
    if (option.repeated && !option.value.empty()) out << "\nMay be repeated.";
    out << '\n';
  }
}

// Options under their headings, in the order in which they come.
void Groups(std::ostream& out, const std::vector<DescribedOption>& options) {
  std::vector<std::string> groups;
  for (const auto& option : options) {
    if (std::ranges::find(groups, option.group) == groups.end()) groups.push_back(option.group);
  }
  for (const auto& group : groups) {
    std::vector<DescribedOption> of_group;
    std::ranges::copy_if(options, std::back_inserter(of_group), [&](const auto& o) { return o.group == group; });
    if (!group.empty()) out << ".SS " << Escaped(group) << '\n';
    OptionLines(out, of_group);
  }
}

// Lines as they stand: they are aligned for a terminal.
void Verbatim(std::ostream& out, std::string text) {
  while (text.starts_with('\n')) text.erase(0, 1);
  while (text.ends_with('\n')) text.pop_back();
  if (text.empty()) return;
  out << ".nf\n" << Escaped(text) << "\n.fi\n";
}

void Head(std::ostream& out, const std::string& page, const std::string& summary, std::string_view version) {
  out << ".TH " << Upper(page) << " 1 \"\" \"larder " << version << "\" \"Larder\"\n.SH NAME\n"
      << Escaped(page) << " \\- " << Escaped(summary) << '\n';
}

void ExitCodes(std::ostream& out) {
  out << ".SH EXIT STATUS\n.TP\n.B 0\nYes: done, and the answer is whole.\n.TP\n.B 1\nAnswered no, or incomplete; also "
         "where some hosts do not answer.\n.TP\n.B 2\nThe command line is wrong.\n.TP\n.B 3\nNothing could be "
         "answered: "
         "the store or the network.\n";
}

std::string ToolPage(const DescribedTool& tool, std::string_view version) {
  std::ostringstream out;
  Head(out, tool.tool.name, tool.tool.summary, version);
  out << ".SH SYNOPSIS\n" << Bold("larder") << " [" << Italic("options") << "] " << Italic("command") << " ...\n";
  std::vector<std::string> groups;
  for (const auto& command : tool.commands) {
    if (!command.group.empty() && std::ranges::find(groups, command.group) == groups.end()) {
      groups.push_back(command.group);
    }
  }
  out << ".SH COMMANDS\n";
  for (const auto& group : groups) {
    out << ".SS " << Escaped(group) << '\n';
    for (const auto& command : tool.commands) {
      if (command.group == group) out << ".TP\n" << Bold(command.name) << '\n' << Escaped(command.summary) << ".\n";
    }
  }
  out << ".SH OPTIONS\nEvery command has these.\n";
  Groups(out, tool.tool.options);
  out << ".SH NOTES\n";
  Verbatim(out, tool.tool.footer);
  ExitCodes(out);
  out << ".SH SEE ALSO\n";
  std::string pages;
  for (const auto& command : tool.commands) {
    if (!command.group.empty())
      pages += std::string(pages.empty() ? "" : " ,\n") + ".BR larder\\-" + command.name + " (1)";
  }
  out << pages << '\n';
  return out.str();
}

}  // namespace

std::string ManPage(const DescribedTool& tool, std::string_view command_name, std::string_view version) {
  if (command_name.empty()) return ToolPage(tool, version);
  const auto found = std::ranges::find(tool.commands, command_name, &DescribedCommand::name);
  if (found == tool.commands.end()) return {};
  const DescribedCommand& command = *found;
  std::ostringstream out;
  Head(out, "larder-" + command.name, command.summary, version);
  out << ".SH SYNOPSIS\n" << Bold("larder " + command.name) << " [" << Italic("options") << "]";
  for (const auto& argument : command.arguments) {
    out << ' ' << (argument.required ? "" : "[") << Italic(argument.value) << (argument.repeated ? " ..." : "")
        << (argument.required ? "" : "]");
  }
  out << '\n';
  if (!command.arguments.empty()) {
    out << ".SH ARGUMENTS\n";
    for (const auto& argument : command.arguments) {
      out << ".TP\n" << Italic(argument.value) << '\n' << Escaped(argument.help) << ".\n";
    }
  }
  if (!command.options.empty()) {
    out << ".SH OPTIONS\n";
    Groups(out, command.options);
  }
  out << ".SH COMMON OPTIONS\n";
  Groups(out, tool.tool.options);
  if (!command.footer.empty()) {
    out << ".SH NOTES\n";
    Verbatim(out, command.footer);
  }
  ExitCodes(out);
  out << ".SH SEE ALSO\n.BR larder (1)\n";
  return out.str();
}

}  // namespace larder::tool
