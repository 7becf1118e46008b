#include "layout/shared_names.h"

#include <optional>
#include <regex>

namespace larder::layout {
namespace {

// A library is all of its part; backends and tests have a target a folder, examples and fuzzing a file.
std::string TargetOf(const std::string& path) {
  const std::string part = PartOf(path);
  if (part == "docs" || path.starts_with("tests/fuzz/")) return path;
  return part == "core" || part == "fetch" ? part : FolderOf(path);
}

// What a line of an unnamed namespace defines, a function with its parameters, where it begins a definition.
std::optional<std::string> DefinedBy(const std::string& line) {
  static const std::regex kType(R"(^(?:class|struct|enum class) (\w+)(?: final)?(?: :.*)? \{.*)");
  static const std::regex kFunction(
      R"(^(?!TEST|TYPED_TEST|LARDER_|using|return)[\w:].*?[\s&*](\w+)(\([^)]*\)?).*[{,(]$|^(?!TEST)[\w:].*?[\s&*](\w+)(\([^)]*\)).* \{.*\}$)");
  static const std::regex kValue(
      R"(^(?:static |constexpr |const |thread_local |inline )*[\w:<>,&* ]+[\s&*](\w+)(?:\[\w*\])*(?: =.*|\{.*|;)$)");
  std::smatch match;
  if (std::regex_match(line, match, kType)) return match[1];
  if (line.starts_with("using ") || line.starts_with("namespace ") || line.starts_with("template")) return std::nullopt;
  if (std::regex_match(line, match, kFunction)) {
    return match[1].matched ? match[1].str() + match[2].str() : match[3].str() + match[4].str();
  }
  if (std::regex_match(line, match, kValue)) return match[1];
  return std::nullopt;
}

}  // namespace

Problems SharedNames(const Tree& tree) {
  Problems problems;
  std::map<std::pair<std::string, std::string>, std::string> first;  // target and name -> path
  for (const auto& [path, text] : tree) {
    if (!path.ends_with(".cc")) continue;
    bool unnamed = false;
    std::size_t number = 0;
    for (const std::string& line : LinesOf(text)) {
      ++number;
      if (line == "namespace {") unnamed = true;
      if (line == "}  // namespace") unnamed = false;
      if (!unnamed || line.empty() || line.front() == ' ') continue;
      const auto name = DefinedBy(line);
      if (!name.has_value()) continue;
      const auto [at, is_new] = first.try_emplace({TargetOf(path), *name}, path);
      if (is_new || at->second == path) continue;
      problems.push_back(
          Problem(path, number, *name + " is defined in " + at->second + " too: share it, or rename one"));
    }
  }
  return problems;
}

}  // namespace larder::layout
