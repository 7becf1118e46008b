#include "layout/third_party.h"

#include <algorithm>
#include <array>

namespace larder::layout {
namespace {

struct Library {
  std::string_view headers;               // the beginning of their names
  std::vector<std::string_view> folders;  // where they may be included, with all below
};

// Tests of a folder may look at its library; benchmarks measure against the bare libraries.
const std::vector<Library>& Libraries() {
  static const std::vector<Library> kLibraries = {
      {"rocksdb/", {"backends/rocksdb", "tests/backends/rocksdb", "bench"}},
      {"lmdb.h", {"backends/lmdb", "tests/backends/lmdb", "bench"}},
      {"libmemcached", {"backends/memcached", "tests/backends/memcached", "bench"}},
      {"libhashkit", {"backends/memcached", "tests/backends/memcached"}},
      {"ares.h", {"backends/memcached", "tests/backends/memcached"}},
      {"curl/", {"fetch/http", "tests/fetch/http", "tests/support", "bench"}},
      {"asio", {"fetch/http"}},
      {"simdjson", {"fetch/json"}},
      {"flatbuffers/", {"core/record", "tests/core/record"}},
      {"larder_generated.h", {"core/record", "tests/core/record"}},
      {"xxhash.h", {"core/record", "core/refresh", "backends/portable", "tests/core/record"}},
      {"nlohmann/", {"core/model", "fetch/json", "samples", "tools", "bench", "tests"}},
      {"openssl/", {"fetch", "samples", "tools", "tests", "bench"}},
      {"CLI/", {"tools", "bench"}},
      {"prometheus/", {"fetch/metrics"}},
      {"benchmark/", {"bench"}},
      {"gtest/", {"tests", "cmake"}},
      {"gmock/", {"tests", "cmake"}},
  };
  return kLibraries;
}

const Library* LibraryOf(std::string_view header) {
  const auto found = std::ranges::find_if(Libraries(), [&](const Library& l) { return header.starts_with(l.headers); });
  return found == Libraries().end() ? nullptr : &*found;
}

// Of the language (no ending) or the system.
bool IsStandard(std::string_view header) {
  constexpr std::array<std::string_view, 6> kFolders = {"sys/", "netinet/", "arpa/", "linux/", "net/", "sanitizer/"};
  constexpr std::array<std::string_view, 18> kHeaders = {
      "crypt.h", "dirent.h", "dlfcn.h",  "errno.h", "fcntl.h",  "grp.h",   "netdb.h",   "poll.h",    "pthread.h",
      "pty.h",   "pwd.h",    "resolv.h", "sched.h", "signal.h", "spawn.h", "strings.h", "termios.h", "unistd.h"};
  if (!header.ends_with(".h"))
    return header.find('/') == std::string_view::npos && header.find('.') == std::string_view::npos;
  return std::ranges::any_of(kFolders, [&](std::string_view folder) { return header.starts_with(folder); }) ||
         std::ranges::find(kHeaders, header) != kHeaders.end();
}

bool LiesIn(const std::string& path, std::string_view folder) { return path.starts_with(std::string(folder) + "/"); }

}  // namespace

bool IsThirdParty(std::string_view header) { return LibraryOf(header) != nullptr; }

Problems StrayThirdParty(const Tree& tree) {
  Problems problems;
  for (const auto& [path, text] : tree) {
    if (!IsSource(path)) continue;
    const bool is_public = path.find("/include/") != std::string::npos;
    for (const Include& include : IncludesOf(text)) {
      const Library* library = LibraryOf(include.name);
      if (library == nullptr) {
        if (include.angled && !IsStandard(include.name)) {
          problems.push_back(Problem(path, include.line,
                                     "<" + include.name +
                                         "> is unknown: give its library a folder in "
                                         "tests/layout/third_party.cc"));
        }
      } else if (is_public) {
        problems.push_back(Problem(path, include.line, "a public header that includes " + include.name));
      } else if (std::ranges::none_of(library->folders, [&](auto folder) { return LiesIn(path, folder); })) {
        problems.push_back(Problem(path, include.line,
                                   include.name + " belongs in " + std::string(library->folders.front()) + " only"));
      }
    }
  }
  return problems;
}

}  // namespace larder::layout
