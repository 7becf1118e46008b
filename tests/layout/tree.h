// The source tree as values, so that its rules can be tested on small made-up trees.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace larder::layout {

// Texts by path from the root ("core/model/digest.cc").
using Tree = std::map<std::string, std::string>;

// "path:line: what is wrong, and what to do".
using Problems = std::vector<std::string>;

// Every text file that people write, without what was built and what hides.
Tree ReadTree(const std::filesystem::path& root);

bool IsSource(std::string_view path);         // .cc or .h
std::string FolderOf(std::string_view path);  // "core/model"; "" at the root
std::string PartOf(std::string_view path);    // "core"
std::string NameOf(std::string_view path);    // "digest.cc"
std::vector<std::string> LinesOf(std::string_view text);
std::string Problem(std::string_view path, std::size_t line, std::string_view message);

struct Include {
  std::size_t line = 0;
  std::string name;     // between the quotes or brackets
  bool angled = false;  // <...>
};
std::vector<Include> IncludesOf(std::string_view text);

// Where `name` in quotes leads from the file `from`: the path in the tree, or "" where it is not of the tree.
std::string Resolve(const Tree& tree, std::string_view from, const std::string& name);

}  // namespace larder::layout
