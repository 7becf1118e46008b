#include "layout/targets.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace larder::layout {
namespace {

constexpr std::string_view kList = "CMakeLists.txt";

// The words of a CMake file outside its comments.
std::set<std::string> WordsOf(const std::string& text) {
  std::set<std::string> words;
  for (std::string line : LinesOf(text)) {
    line.resize(std::min(line.find('#'), line.size()));
    for (char& c : line) {
      if (c == '(' || c == ')' || c == '"' || c == ';') c = ' ';
    }
    std::istringstream in(line);
    for (std::string word; in >> word;) words.insert(word);
  }
  return words;
}

// True where a CMakeLists.txt in `folder` or above names `path`, relative to itself or to the project.
bool IsNamed(const std::map<std::string, std::set<std::string>>& lists, const std::string& path, std::string folder) {
  while (true) {
    const std::string prefix = folder.empty() ? "" : folder + "/";
    const auto list = lists.find(prefix + std::string(kList));
    if (list != lists.end()) {
      const std::string relative = path.substr(prefix.size());
      for (const std::string& word :
           {relative, "${CMAKE_CURRENT_SOURCE_DIR}/" + relative, "${PROJECT_SOURCE_DIR}/" + path}) {
        if (list->second.contains(word)) return true;
      }
    }
    if (folder.empty()) return false;
    folder = FolderOf(folder);
  }
}

}  // namespace

Problems Unbuilt(const Tree& tree) {
  std::map<std::string, std::set<std::string>> lists;
  for (const auto& [path, text] : tree) {
    if (NameOf(path) == kList) lists[path] = WordsOf(text);
  }
  Problems problems;
  for (const auto& [path, text] : tree) {
    const std::string folder = FolderOf(path);
    if (path.ends_with(".cc") && !IsNamed(lists, path, folder)) {
      problems.push_back(
          Problem(path, 1,
                  path.ends_with("_test.cc") ? "a test that no target runs" : "a source that no CMakeLists.txt names"));
    }
    if (NameOf(path) == kList && !folder.empty() && !IsNamed(lists, folder, FolderOf(folder))) {
      problems.push_back(Problem(path, 1, "a folder that no CMakeLists.txt above adds"));
    }
  }
  return problems;
}

}  // namespace larder::layout
