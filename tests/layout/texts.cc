#include "layout/texts.h"

#include <algorithm>
#include <array>
#include <regex>
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

}  // namespace larder::layout
