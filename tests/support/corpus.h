// The corpus of real registry documents that some tests read: beside the project, or where LARDER_CORPUS says.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace larder::testing {

// nullopt where there is none: the test then says GTEST_SKIP() << "skipped: no corpus".
inline std::optional<std::filesystem::path> CorpusDir() {
  const char* named = std::getenv("LARDER_CORPUS");
  std::filesystem::path dir =
      named != nullptr ? std::filesystem::path(named) : std::filesystem::path(LARDER_SOURCE_DIR) / "../shared/corpus";
  std::error_code error;
  if (!std::filesystem::exists(dir / "INDEX.tsv", error)) return std::nullopt;
  return dir;
}

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

// One line of INDEX.tsv.
struct CorpusEntry {
  std::string path, kind, media_type, sha256, source, note, size, fidelity;
};

// The entries of one kind ("schema2"), or all for "".
inline std::vector<CorpusEntry> CorpusEntries(const std::filesystem::path& dir, const std::string& kind = "") {
  std::vector<CorpusEntry> entries;
  std::istringstream lines(ReadFile(dir / "INDEX.tsv"));
  std::string line;
  std::getline(lines, line);  // column names
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    CorpusEntry entry;
    for (std::string* field : {&entry.path, &entry.kind, &entry.media_type, &entry.sha256, &entry.source, &entry.note,
                               &entry.size, &entry.fidelity}) {
      std::getline(fields, *field, '\t');
    }
    if (kind.empty() || entry.kind == kind) entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace larder::testing
