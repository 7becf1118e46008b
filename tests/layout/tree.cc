#include "layout/tree.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>

namespace larder::layout {
namespace {

namespace fs = std::filesystem;

bool IsText(const fs::path& path) {
  constexpr std::array<std::string_view, 12> kExtensions = {".cc",  ".h",   ".txt", ".cmake", ".md", ".json",
                                                            ".fbs", ".yml", ".sh",  ".in",    ".py", ".toml"};
  const std::string extension = path.extension().string();
  return path.filename() == "dev" || std::ranges::find(kExtensions, extension) != kExtensions.end();
}

bool IsSkipped(const fs::path& path) {
  const std::string name = path.filename().string();
  return name == "build" || name.starts_with(".");
}

// "core/include/" for "core/include/larder/digest.h"; "" for what is in no such folder.
std::string IncludeRootOf(const std::string& path) {
  constexpr std::string_view kInclude = "/include/";
  const std::size_t at = path.find(kInclude);
  return at == std::string::npos ? "" : path.substr(0, at + kInclude.size());
}

// Private roots: a part's own folder, and each folder of backends.
std::string PrivateRootOf(const std::string& path) {
  const std::string part = PartOf(path);
  if (part != "backends") return part + "/";
  return path.substr(0, path.find('/', part.size() + 1) + 1);
}

}  // namespace

Tree ReadTree(const fs::path& root) {
  Tree tree;
  fs::recursive_directory_iterator it(root), end;
  for (; it != end; ++it) {
    if (IsSkipped(it->path())) {
      if (it->is_directory()) it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file() || !IsText(it->path())) continue;
    std::ifstream file(it->path(), std::ios::binary);
    tree[it->path().lexically_relative(root).generic_string()] = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return tree;
}

bool IsSource(std::string_view path) { return path.ends_with(".cc") || path.ends_with(".h"); }

std::string FolderOf(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash));
}

std::string PartOf(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

std::string NameOf(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines.emplace_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines;
}

std::string Problem(std::string_view path, std::size_t line, std::string_view message) {
  return std::string(path) + ":" + std::to_string(line) + ": " + std::string(message);
}

std::vector<Include> IncludesOf(std::string_view text) {
  constexpr std::string_view kDirective = "#include ";
  std::vector<Include> includes;
  std::size_t number = 0;
  for (const std::string& line : LinesOf(text)) {
    ++number;
    if (!line.starts_with(kDirective) || line.size() < kDirective.size() + 2) continue;
    const bool angled = line[kDirective.size()] == '<';
    const std::size_t begin = kDirective.size() + 1;
    const std::size_t end = line.find(angled ? '>' : '"', begin);
    if (end != std::string::npos) includes.push_back({number, line.substr(begin, end - begin), angled});
  }
  return includes;
}

std::string Resolve(const Tree& tree, std::string_view from, const std::string& name) {
  std::vector<std::string> roots = {FolderOf(from) + "/", PrivateRootOf(std::string(from))};
  std::set<std::string> others;
  for (const auto& [path, text] : tree) {
    if (!path.ends_with(".h")) continue;
    const std::string include_root = IncludeRootOf(path);
    others.insert(include_root.empty() ? PrivateRootOf(path) : include_root);
  }
  roots.insert(roots.end(), others.begin(), others.end());
  for (const std::string& root : roots) {
    if (tree.contains(root + name)) return root + name;
  }
  return "";
}

}  // namespace larder::layout
