#include <algorithm>
#include <sstream>
#include <vector>

#include "completion.h"

namespace larder::tool {
namespace {

std::string Words(const std::vector<DescribedOption>& options) {
  std::string words;
  for (const auto& option : options) {
    for (const auto& name : NamesOf(option)) words += " " + name;
  }
  return words;
}

// What completes a value: a list of words, stores, files, or nothing that can be known.
std::string ActionFor(const std::string& value, const std::vector<std::string>& choices) {
  if (!choices.empty()) {
    std::string words;
    for (const auto& choice : choices) words += (words.empty() ? "" : " ") + choice;
    return "_larder_words '" + words + "'";
  }
  if (value == "URL") return "_larder_url";
  if (value.ends_with("FILE") || value.ends_with("DIR")) return "_larder_files";
  return ":";
}

// Lines of `case "command option"`; a command of "*" stands for every one.
void ValueCases(std::ostream& out, const std::string& command, const std::vector<DescribedOption>& options) {
  for (const auto& option : options) {
    if (option.value.empty()) continue;
    out << "    ";
    const auto names = NamesOf(option);
    for (std::size_t i = 0; i < names.size(); ++i) {
      out << (i == 0 ? "" : " | ") << (command == "*" ? "*" : "'" + command + "'") << "' " << names[i] << "'";
    }
    out << ") $3 || " << ActionFor(option.value, option.choices) << " ;;\n";
  }
}

void ArgumentCases(std::ostream& out, const DescribedCommand& command) {
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const auto& argument = command.arguments[i];
    out << "    '" << command.name << " '" << (argument.repeated ? "*" : std::to_string(i)) << ") "
        << ActionFor(argument.value,
                     argument.name == "shell" ? std::vector<std::string>{"bash"} : std::vector<std::string>{})
        << " ;;\n";
  }
}

// Shell functions see `cur` of the one that calls them.
constexpr const char* kHelpers = R"bash(# bash completion for larder.
# In this shell:   . <(larder completion bash)
# In every shell:  larder completion bash > ~/.local/share/bash-completion/completions/larder
_larder_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
  # Where bash takes ':' for the end of a word, what stands before it is there already.
  local before=${cur%"${cur##*:}"}
  [[ $COMP_WORDBREAKS != *:* ]] || COMPREPLY=("${COMPREPLY[@]#"$before"}")
  [[ ${COMPREPLY[0]-} != *[:/] ]] || compopt -o nospace 2>/dev/null
}
_larder_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
_larder_url() {
  case $cur in
    lmdb:* | rocksdb:*)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "${cur#*:}")
      [[ $COMP_WORDBREAKS == *:* ]] || COMPREPLY=("${COMPREPLY[@]/#/${cur%%:*}:}") ;;
    *) _larder_words 'lmdb: rocksdb: memcached:// memcached+srv:// memory:' ;;
  esac
}
)bash";

constexpr const char* kMain = R"bash(_larder() {
  local cur command='' taking='' count=0 i word words=() joins=''
  COMPREPLY=()
  # Put together what bash took apart at ':', and drop the '=' of --option=value.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then
      ((i < COMP_CWORD)) || words+=('')
    elif ((${#words[@]})) && [[ $joins || $word == :* ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
    [[ $word == *: ]] && joins=1 || joins=''
  done
  cur=${words[-1]}
  for word in "${words[@]::${#words[@]}-1}"; do
    if [[ $taking ]]; then
      taking=''
    elif [[ $word == -* ]]; then
      if _larder_value "$command" "$word" true; then taking=$word; fi
    elif [[ $command ]]; then
      ((count += 1))
    else
      command=$word
    fi
  done
  if [[ $taking ]]; then
    _larder_value "$command" "$taking" false
  elif [[ $cur == -* || ! $command ]]; then
    _larder_words "$(_larder_options "$command")"
  else
    _larder_argument "$command" "$count"
  fi
}
complete -F _larder larder
)bash";

}  // namespace

std::vector<std::string> NamesOf(const DescribedOption& option) {
  std::vector<std::string> names;
  std::istringstream text(option.names);
  for (std::string name; std::getline(text, name, ',');) names.push_back(name);
  return names;
}

std::string BashCompletion(const DescribedTool& tool) {
  std::vector<DescribedCommand> commands;
  std::ranges::copy_if(tool.commands, std::back_inserter(commands), [](const auto& c) { return !c.group.empty(); });
  const std::string common = "--help" + Words(tool.tool.options);
  std::ostringstream out;
  out << kHelpers;
  out << "# command option ask: whether the option takes a value (ask is true), or what completes it.\n"
         "_larder_value() {\n  case \"$1 $2\" in\n";
  ValueCases(out, "*", tool.tool.options);
  for (const auto& command : commands) ValueCases(out, command.name, command.options);
  out << "    *) return 1 ;;\n  esac\n}\n_larder_argument() {\n  case \"$1 $2\" in\n";
  for (const auto& command : commands) ArgumentCases(out, command);
  out << "  esac\n}\n_larder_options() {\n  case $1 in\n    '') echo '" << common << " --version";
  for (const auto& command : commands) out << ' ' << command.name;
  out << "' ;;\n";
  for (const auto& command : commands) {
    out << "    " << command.name << ") echo '" << common << Words(command.options) << "' ;;\n";
  }
  out << "  esac\n}\n" << kMain;
  return out.str();
}

}  // namespace larder::tool
