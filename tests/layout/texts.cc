#include "layout/texts.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <string_view>

namespace larder::layout {

Problems LongSources(const Tree& tree) {
  Problems problems;
  for (const auto& [path, text] : tree) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    if (IsSource(path) && lines > kMaxLines) {
      problems.push_back(Problem(path, lines, "more than " + std::to_string(kMaxLines) + " lines: split it"));
    }
  }
  return problems;
}

namespace {

struct Ban {
  std::string_view text;
  std::string_view
      not_after;  // characters that make it harmless when they stand before it: part of a longer word or path
  std::string_view not_before;
  std::string_view why;
  bool sources_only;
};

constexpr std::string_view kWordCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
constexpr std::string_view kPathCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.}";
constexpr std::string_view kUnfinished = "unfinished work: finish it";
constexpr std::string_view kOneMachine = "a path of one machine";

// Put together from halves, so that this file keeps its own rules.
// clang-format off
constexpr std::array<Ban, 6> kBans = {{
    {"TO" "DO", kWordCharacters, kWordCharacters, kUnfinished, false},
    {"FIX" "ME", kWordCharacters, kWordCharacters, kUnfinished, false},
    {"X" "XX", kWordCharacters, kWordCharacters, kUnfinished, false},
    {"/ro" "ot/", kPathCharacters, "", kOneMachine, false},
    {"/wo" "rk/", kPathCharacters, "", kOneMachine, false},
    {"\"/t" "mp/", "", "", "a fixed temporary path: use TempDir", true},
}};
// clang-format on

bool Holds(std::string_view line, const Ban& ban) {
  for (std::size_t at = line.find(ban.text); at != std::string_view::npos; at = line.find(ban.text, at + 1)) {
    const std::size_t end = at + ban.text.size();
    const bool after = at > 0 && ban.not_after.find(line[at - 1]) != std::string_view::npos;
    const bool before = end < line.size() && ban.not_before.find(line[end]) != std::string_view::npos;
    if (!after && !before) return true;
  }
  return false;
}

}  // namespace

Problems BannedWords(const Tree& tree) {
  Problems problems;
  for (const auto& [path, text] : tree) {
    std::size_t number = 0;
    for (const std::string& line : LinesOf(text)) {
      ++number;
      for (const Ban& ban : kBans) {
        if ((!ban.sources_only || IsSource(path)) && Holds(line, ban))
          problems.push_back(Problem(path, number, ban.why));
      }
    }
  }
  return problems;
}

Problems WrongNames(const Tree& tree) {
  static const std::regex kSnakeCase("[a-z0-9]+(_[a-z0-9]+)*\\.(cc|h)");
  Problems problems;
  for (const auto& [path, text] : tree) {
    if (!IsSource(path)) continue;
    if (!std::regex_match(NameOf(path), kSnakeCase)) problems.push_back(Problem(path, 1, "not a snake_case name"));
    if (path.ends_with(".h") && text.find("\n#pragma once\n") == std::string::npos &&
        !text.starts_with("#pragma once\n")) {
      problems.push_back(Problem(path, 1, "a header without #pragma once"));
    }
  }
  return problems;
}

Problems HiddenHeaders(const Tree& tree) {
  Problems problems;
  for (const auto& [path, text] : tree) {
    if (!path.ends_with(".h") || path.find("include/larder/") == std::string::npos || PartOf(path) == "samples")
      continue;
    if (text.find("\nnamespace ") != std::string::npos && text.find("namespace LARDER_API ") == std::string::npos) {
      problems.push_back(Problem(path, 1, "a public header whose namespace is not opened with LARDER_API"));
    }
  }
  return problems;
}

namespace {

// The lines of a page, those of its examples empty.
std::vector<std::string> ProseOf(std::string_view page) {
  std::vector<std::string> lines = LinesOf(page);
  bool in_example = false;
  for (std::string& line : lines) {
    const bool fence = line.starts_with("```");
    if (fence || in_example) line.clear();
    if (fence) in_example = !in_example;
  }
  return lines;
}

// What leads to a heading: its letters and digits in lower case, a dash for each space.
std::set<std::string> AnchorsOf(std::string_view page) {
  std::set<std::string> anchors;
  for (const std::string& line : ProseOf(page)) {
    if (!line.starts_with("#")) continue;
    std::string anchor;
    for (const char c : line.substr(std::min(line.find(' '), line.size() - 1) + 1)) {
      const auto letter = static_cast<unsigned char>(c);
      if (std::isalnum(letter) != 0 || c == '-' || c == '_') anchor += static_cast<char>(std::tolower(letter));
      if (c == ' ') anchor += '-';
    }
    anchors.insert(anchor);
  }
  return anchors;
}

// Whether ReadTree would have read such a file: links to folders, and to files without an ending, are not looked at.
bool IsOfTheTree(const std::string& path) {
  return path.ends_with(".md") || path.ends_with(".h") || path.ends_with(".cc") || path.ends_with(".txt");
}

}  // namespace

Problems DeadLinks(const Tree& tree) {
  static const std::regex kLink(R"(\]\(([^)#:]*)(#[^)]*)?\))");  // a ':' makes it another site's
  Problems problems;
  for (const auto& [path, text] : tree) {
    if (!path.ends_with(".md")) continue;
    std::size_t number = 0;
    for (const std::string& line : ProseOf(text)) {
      ++number;
      for (std::sregex_iterator link(line.begin(), line.end(), kLink), end; link != end; ++link) {
        const std::string to =
            (*link)[1].length() == 0
                ? path
                : (std::filesystem::path(FolderOf(path)) / (*link)[1].str()).lexically_normal().string();
        const auto found = tree.find(to);
        if (found == tree.end() && IsOfTheTree(to)) problems.push_back(Problem(path, number, "no file " + to));
        if (found == tree.end() || (*link)[2].length() == 0) continue;
        const std::string anchor = (*link)[2].str().substr(1);
        if (!AnchorsOf(found->second).contains(anchor)) {
          problems.push_back(Problem(path, number, to + " has no heading #" + anchor));
        }
      }
    }
  }
  return problems;
}

namespace {

using Identifiers = std::set<std::string, std::less<>>;

// A word with a '-' in it is none.
Identifiers IdentifiersOf(std::string_view text) {
  Identifiers found;
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-') {
      word += c;
      continue;
    }
    if (!word.empty() && word.find('-') == std::string::npos) found.insert(word);
    word.clear();
  }
  return found;
}

// Of every file whose path matches.
Identifiers IdentifiersIn(const Tree& tree, const char* pattern) {
  const std::regex paths(pattern);
  Identifiers all;
  for (const auto& [path, text] : tree) {
    if (std::regex_match(path, paths)) all.merge(IdentifiersOf(text));
  }
  return all;
}

bool LooksDeclared(std::string_view word) {
  const auto is = [&](std::size_t at, auto test) { return test(static_cast<unsigned char>(word[at])) != 0; };
  if (word.size() < 3) return false;
  const bool constant = word[0] == 'k' && is(1, [](unsigned char c) { return std::isupper(c); });
  return constant || (is(0, [](unsigned char c) { return std::isupper(c); }) &&
                      is(1, [](unsigned char c) { return std::islower(c); }));
}

// What stands between backticks in the second column of a table's row; "" for other lines.
std::string CodeOfSecondColumn(const std::string& line) {
  const std::size_t begin = line.starts_with('|') ? line.find('|', 1) : std::string::npos;
  if (begin == std::string::npos) return "";
  std::string code;
  bool in_code = false;
  for (const char c : line.substr(begin + 1, line.find('|', begin + 1) - begin - 1)) {
    if (c == '`') in_code = !in_code;
    code += in_code && c != '`' ? c : ' ';
  }
  return code;
}

bool HasHeader(const Tree& tree, const std::string& name) {
  return NameOf(name).starts_with("my_") ||
         std::ranges::any_of(tree, [&](const auto& file) { return file.first.ends_with("/include/" + name); });
}

}  // namespace

Problems DeadNames(const Tree& tree) {
  static const std::regex kHeader("larder/[a-z_/]+\\.h");
  const Identifiers declared = IdentifiersIn(tree, ".*/include/larder/.*");
  const Identifiers series = IdentifiersIn(tree, "fetch/metrics/[a-z_]*\\.cc");
  Problems problems;
  Identifiers told;
  for (const auto& [path, text] : tree) {
    if (!path.ends_with(".md")) continue;
    std::size_t number = 0;
    for (const std::string& line : LinesOf(text)) {
      ++number;
      for (std::sregex_iterator name(line.begin(), line.end(), kHeader), end; name != end; ++name) {
        if (!HasHeader(tree, name->str())) problems.push_back(Problem(path, number, "no header " + name->str()));
      }
      if (path == "docs/coming-from-flux.md") {
        for (const std::string& word : IdentifiersOf(CodeOfSecondColumn(line))) {
          if (LooksDeclared(word) && !declared.contains(word))
            problems.push_back(Problem(path, number, "no public header declares " + word));
        }
      }
      if (path != "docs/running.md") continue;
      for (const std::string& word : IdentifiersOf(line)) {
        if (!word.starts_with("larder_")) continue;
        told.insert(word);
        if (!series.contains(word)) problems.push_back(Problem(path, number, "no series " + word));
      }
    }
  }
  for (const std::string& word : series) {
    if (word.starts_with("larder_") && !told.contains(word))
      problems.push_back(Problem("docs/running.md", 1, "does not tell of " + word));
  }
  return problems;
}

}  // namespace larder::layout
