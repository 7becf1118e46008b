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

}  // namespace larder::layout
