#include "layout/arrows.h"

#include <set>

#include "layout/third_party.h"

namespace larder::layout {
namespace {

using Allowed = std::map<std::string, std::set<std::string>>;

// What a part may include besides itself.
const Allowed& PartArrows() {
  static const Allowed kArrows = {
      {"core", {}},
      {"backends", {"core"}},
      {"fetch", {"core"}},
      {"samples", {"core", "fetch"}},
      {"tools", {"core", "backends", "fetch", "samples"}},
      {"bench", {"core", "backends", "fetch", "samples", "tools", "tests"}},
      {"demo", {"core", "samples", "tests"}},
      {"docs", {"core", "backends", "fetch"}},
      {"cmake", {}},  // precompiled headers
      {"tests", {"core", "backends", "fetch", "samples", "tools", "bench", "docs"}},
  };
  return kArrows;
}

// What a folder may include of its own part besides itself.
const Allowed& FolderArrows() {
  static const Allowed kArrows = {
      {"core/model", {}},
      {"core/record", {"core/model"}},
      {"core/cache", {"core/record", "core/model", "core/refresh"}},  // completeness and staleness are rules
      {"core/refresh", {"core/model"}},
      {"fetch/json", {}},
      {"fetch/http", {"fetch/json"}},
      {"fetch/auth", {"fetch/http", "fetch/json"}},
      {"fetch/credentials", {"fetch/http", "fetch/json"}},
      {"fetch/clouds", {"fetch/registry", "fetch/auth", "fetch/credentials", "fetch/http", "fetch/json"}},
      {"fetch/limits", {"fetch/http", "fetch/json"}},
      {"fetch/registry", {"fetch/auth", "fetch/http", "fetch/json", "fetch/limits"}},
      {"fetch/refresh", {"fetch/registry", "fetch/limits", "fetch/http", "fetch/credentials", "fetch/json"}},
      {"fetch/metrics", {}},
      {"backends/lock_file", {}},
      {"backends/copy", {}},
      {"backends/portable", {}},
      {"backends/verify", {}},
      {"backends/memory", {}},
      {"backends/memcached", {}},
      {"backends/lmdb", {"backends/lock_file"}},
      {"backends/rocksdb", {"backends/lock_file"}},
      {"backends/open_store",
       {"backends/lock_file", "backends/memory", "backends/memcached", "backends/lmdb", "backends/rocksdb"}},
  };
  return kArrows;
}

// A public header of core belongs to the folder that holds its .cc; fetch's are contracts that all its folders share,
// and so is a header without a .cc: "".
std::string OwnerOf(const Tree& tree, const std::string& path) {
  const std::string part = PartOf(path);
  const std::size_t second = path.find('/', part.size() + 1);
  const std::string folder = path.substr(0, second);
  if (folder != part + "/include") return second == std::string::npos ? "" : folder;
  const std::string name = NameOf(path);
  const std::string stem = name.substr(0, name.rfind('.'));
  for (const auto& [owner, arrows] : FolderArrows()) {
    if (part == "core" && PartOf(owner) == part && tree.contains(owner + "/" + stem + ".cc")) return owner;
  }
  return "";
}

bool PointsWrong(const Tree& tree, const std::string& from, const std::string& to) {
  const std::string from_part = PartOf(from);
  const std::string to_part = PartOf(to);
  if (from_part != to_part) {
    const auto arrows = PartArrows().find(from_part);
    return arrows != PartArrows().end() && !arrows->second.contains(to_part);
  }
  const std::string from_owner = OwnerOf(tree, from);
  const std::string to_owner = OwnerOf(tree, to);
  const auto arrows = FolderArrows().find(from_owner);
  return !to_owner.empty() && from_owner != to_owner && arrows != FolderArrows().end() &&
         !arrows->second.contains(to_owner);
}

}  // namespace

Problems WrongArrows(const Tree& tree) {
  Problems problems;
  for (const auto& [path, text] : tree) {
    if (!IsSource(path)) continue;
    if (!PartArrows().contains(PartOf(path))) {
      problems.push_back(Problem(path, 1, "a part of the house that tests/layout/arrows.cc does not know"));
    }
    for (const Include& include : IncludesOf(text)) {
      if (include.angled || IsThirdParty(include.name)) continue;
      const std::string target = Resolve(tree, path, include.name);
      if (target.empty()) {
        problems.push_back(Problem(path, include.line, "\"" + include.name + "\" is no file of the tree"));
      } else if (PointsWrong(tree, path, target)) {
        problems.push_back(Problem(path, include.line, "must not know " + target));
      }
    }
  }
  return problems;
}

}  // namespace larder::layout
